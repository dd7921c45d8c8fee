using System.Text.RegularExpressions;
using AzaleaOS.Build.Checking;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using Iced.Intel;

namespace AzaleaOS.Build.Compilation;

/// <summary>Finds the C# lines of the kernel that need what only a managed runtime has: a heap, exceptions, dynamic dispatch.</summary>
/// <remarks>
/// Such code refers to symbols that nothing defines. A linker would report the places that refer to
/// them, and those are mostly inside the class library; this class walks from there back to the line
/// of the kernel that calls into it.
/// </remarks>
public sealed partial class AllocationErrors
{
    /// <summary>Paths of the class library's own sources, as its debug information has them.</summary>
    private const string LibrarySources = "/_/src/runtime/";

    private const int LongestList = 50;

    private readonly LineTable _lines;
    private readonly Func<string, string> _name;
    private readonly Dictionary<ulong, ulong> _kernel = []; // functions of the kernel, from address to end
    private readonly Dictionary<Node, List<Reference>> _references = [];
    private readonly Dictionary<Node, List<Node>> _referrers = [];

    private AllocationErrors(IReadOnlyList<ElfFile> objects, Func<string, string> name)
    {
        _name = symbol => name(symbol) is var found && found != symbol ? found : LibraryName(symbol);
        ElfImage image = ElfImage.Combine(objects);
        _lines = LineTable.Read(image);
        foreach (ElfFunction function in image.Functions)
        {
            if (FirstLine(function.Address, function.End) is { } row && !IsLibrary(row.File))
                _kernel.Add(function.Address, function.End);
            ReadReferences(image, function);
        }
    }

    /// <summary>One error for each line of the kernel that cannot be linked.</summary>
    /// <param name="objects">All objects that are linked.</param>
    /// <param name="undefined">The symbols that none of them defines: <see cref="UndefinedIn"/>, or those the linker named.</param>
    /// <param name="name">Turns a symbol into a C# name, for messages; null shows symbols.</param>
    public static IReadOnlyList<BuildDiagnostic> Find(
        IReadOnlyList<ElfFile> objects, IReadOnlySet<string> undefined, Func<string, string>? name = null)
        => undefined.Count == 0 ? [] : new AllocationErrors(objects, name ?? (symbol => symbol)).Explain(undefined);

    /// <summary>The symbols that loaded code or data refers to and that no object defines.</summary>
    public static IReadOnlySet<string> UndefinedIn(IReadOnlyList<ElfFile> objects)
    {
        HashSet<string> defined = [.. objects.SelectMany(file => file.Symbols)
            .Where(symbol => !symbol.IsUndefined && symbol.Binding != ElfSymbolBinding.Local)
            .Select(symbol => symbol.Name)];
        return objects
            .SelectMany(file => file.Sections.Where(section => section.IsAllocated).SelectMany(file.Relocations))
            .Where(relocation => relocation.Symbol is { IsUndefined: true, Index: not 0 } symbol
                && symbol.Binding != ElfSymbolBinding.Weak && !defined.Contains(symbol.Name))
            .Select(relocation => relocation.Symbol.Name)
            .ToHashSet(StringComparer.Ordinal);
    }

    // Decoded, not read from relocations: ilc resolves calls inside its object itself.
    private void ReadReferences(ElfImage image, ElfFunction function)
    {
        var from = new Node(function.Address, function.Names[0], IsDefined: true);
        foreach (Instruction instruction in CodeGraph.Sweep(function))
        {
            ulong target = instruction.Op0Kind == OpKind.NearBranch64 ? instruction.NearBranchTarget
                : instruction.IsIPRelativeMemoryOperand ? instruction.IPRelativeMemoryAddress
                : instruction.OpCount == 2 && instruction.Op1Kind == OpKind.Immediate64 ? instruction.Immediate64
                : 0;
            if (target == 0 || NodeAt(image, target) is not { } to || to == from)
                continue;
            Add(_references, from, new Reference(to, instruction.IP));
            Add(_referrers, to, from);
        }
    }

    private static Node? NodeAt(ElfImage image, ulong address)
        => image.TryGetExternal(address, out string? external) ? new Node(address, external, IsDefined: false)
            : image.FunctionAt(address) is { } function ? new Node(function.Address, function.Names[0], IsDefined: true)
            : null;

    private List<BuildDiagnostic> Explain(IReadOnlySet<string> undefined)
    {
        Dictionary<Node, Step> steps = DistancesToUndefined(undefined);
        var found = new Dictionary<(string File, int Line), List<Blame>>();
        foreach ((Node node, List<Reference> references) in _references)
        {
            if (!_kernel.TryGetValue(node.Address, out ulong end))
                continue;
            foreach (Reference reference in references)
            {
                if (!steps.TryGetValue(reference.Target, out Step step))
                    continue;

                // Code that C# calls hidden, such as making a closure, belongs to the next line.
                LineRow row = _lines.Find(reference.Place) ?? FirstLine(reference.Place, end) ?? FirstLine(node.Address, end)!.Value;
                Add(found, (row.File, row.Line), new Blame(reference.Target, step));
            }
        }

        var errors = new List<BuildDiagnostic>();
        foreach (((string file, int line), List<Blame> blames) in found.OrderBy(pair => pair.Key.File, StringComparer.Ordinal).ThenBy(pair => pair.Key.Line))
            errors.AddRange(Describe(blames).Select(description => new BuildDiagnostic(description.Code, description.Message, file, line)));
        if (errors.Count == 0)
            errors.AddRange(ExplainWithoutLines(undefined));
        if (errors.Count > LongestList)
        {
            int more = errors.Count - LongestList;
            errors.RemoveRange(LongestList, more);
            errors.Add(new BuildDiagnostic(CompilerCodes.NeedsRuntime, $"and {more} more lines like these"));
        }
        return errors;
    }

    // For every function of the class library from which an undefined symbol is reached by calls: how far it is, and which.
    private Dictionary<Node, Step> DistancesToUndefined(IReadOnlySet<string> undefined)
    {
        var steps = new Dictionary<Node, Step>();
        var queue = new Queue<Node>();
        foreach (Node node in _referrers.Keys.Where(node => !node.IsDefined && undefined.Contains(node.Symbol))
            .OrderBy(node => UndefinedSymbols.Rank(node.Symbol)).ThenBy(node => node.Symbol, StringComparer.Ordinal))
        {
            steps.Add(node, new Step(0, node.Symbol));
            queue.Enqueue(node);
        }
        while (queue.TryDequeue(out Node node))
        {
            Step step = steps[node];
            foreach (Node referrer in _referrers.TryGetValue(node, out List<Node>? found) ? found : [])
            {
                if (!IsKernel(referrer) && steps.TryAdd(referrer, step with { Distance = step.Distance + 1 }))
                    queue.Enqueue(referrer);
            }
        }
        return steps;
    }

    // What a line says of itself counts; what it calls only if it says nothing.
    private List<(string Code, string Message)> Describe(List<Blame> blames)
    {
        List<string> direct = [.. blames.Where(blame => blame.Step.Distance == 0).Select(blame => blame.Step.Symbol).Distinct(StringComparer.Ordinal)];
        if (direct.Count > 0)
        {
            // "throw new X()" allocates as well, but not for its own sake.
            List<(string Code, string Message)> all = [.. direct.Order(StringComparer.Ordinal).Select(UndefinedSymbols.Explain)];
            List<(string Code, string Message)> thrown = [.. all.Where(one => one.Code == CompilerCodes.Throws)];
            return [.. (thrown.Count > 0 ? thrown : all).DistinctBy(one => one.Code)];
        }
        return [.. blames
            .OrderBy(blame => blame.Step.Distance)
            .Select(blame => DescribeCall(blame.Target.Symbol, blame.Step.Symbol))
            .DistinctBy(one => one.Code)];
    }

    private (string Code, string Message) DescribeCall(string called, string symbol)
    {
        (string code, string message) = UndefinedSymbols.Explain(symbol);
        return code == CompilerCodes.StaticConstructor
            ? (code, $"uses {StaticsOwner(called)}, which {message}")
            : (code, $"calls {_name(called)}, which {message}");
    }

    // ilc's helper is called __GetNonGCStaticBase_ and the class.
    private string StaticsOwner(string helper)
    {
        int at = helper.IndexOf("StaticBase_", StringComparison.Ordinal);
        return at < 0 ? _name(helper) : _name(helper[(at + "StaticBase_".Length)..]);
    }

    // Methods that C# gives no line at all are reported by their names; what is reached only through data,
    // such as a virtual method table, by the name of the library's function.
    private IEnumerable<BuildDiagnostic> ExplainWithoutLines(IReadOnlySet<string> undefined)
    {
        ILookup<Node, string> users = _referrers
            .Where(pair => !pair.Key.IsDefined && undefined.Contains(pair.Key.Symbol))
            .SelectMany(pair => pair.Value.Distinct().Select(user => (User: user, pair.Key.Symbol)))
            .ToLookup(use => use.User, use => use.Symbol);
        Node[] ours = [.. users.Select(use => use.Key).Where(user => IsNamedAsKernel(user.Symbol))];
        foreach (Node user in (ours.Length > 0 ? ours : users.Select(use => use.Key)).OrderBy(user => user.Symbol, StringComparer.Ordinal))
        {
            foreach ((string code, string message) in Describe([.. users[user].Select(symbol => new Blame(user, new Step(0, symbol)))]))
                yield return new BuildDiagnostic(code, $"{_name(user.Symbol)} {message}");
        }
        foreach (string symbol in undefined.Where(symbol => !_referrers.Keys.Any(node => node.Symbol == symbol)).Order(StringComparer.Ordinal))
        {
            (string code, string message) = UndefinedSymbols.Explain(symbol);
            yield return new BuildDiagnostic(code, $"the image's data {message}");
        }
    }

    private bool IsKernel(Node node) => _kernel.ContainsKey(node.Address);

    private LineRow? FirstLine(ulong from, ulong end)
    {
        int low = 0;
        int high = _lines.Rows.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_lines.Rows[middle].Address < from)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < _lines.Rows.Count && _lines.Rows[low].Address < end; low++)
        {
            if (_lines.Rows[low].Line != 0)
                return _lines.Rows[low];
        }
        return null;
    }

    // ilc's names: Assembly_Namespace_Class__Method; CoreLib is S_P_CoreLib, its own helpers begin with __ or Internal_.
    private static bool IsNamedAsKernel(string symbol)
        => symbol.IndexOf("__", StringComparison.Ordinal) > 0
            && !symbol.Contains("S_P_", StringComparison.Ordinal)
            && !symbol.StartsWith("Internal_", StringComparison.Ordinal);

    // S_P_CoreLib_System_Number__TryParse_3 reads System.Number.TryParse: near enough to C# for a message.
    private static string LibraryName(string symbol)
    {
        const string Prefix = "S_P_CoreLib_";
        return symbol.StartsWith(Prefix, StringComparison.Ordinal)
            ? GenericsAndOverload().Replace(symbol.Replace(Prefix, "", StringComparison.Ordinal), "").Replace("__", ".", StringComparison.Ordinal).Replace('_', '.')
            : symbol;
    }

    [GeneratedRegex(@"<.*>|_\d+(?=$|<|__)")]
    private static partial Regex GenericsAndOverload();

    private static bool IsLibrary(string file) => file.Contains(LibrarySources, StringComparison.Ordinal);

    private static void Add<TKey, TValue>(Dictionary<TKey, List<TValue>> lists, TKey key, TValue value)
        where TKey : notnull
    {
        if (!lists.TryGetValue(key, out List<TValue>? list))
            lists.Add(key, list = []);
        list.Add(value);
    }

    // A function, or a symbol that nothing defines.
    private readonly record struct Node(ulong Address, string Symbol, bool IsDefined);

    private readonly record struct Reference(Node Target, ulong Place);

    // How many calls away an undefined symbol is.
    private readonly record struct Step(int Distance, string Symbol);

    private readonly record struct Blame(Node Target, Step Step);
}
