using AzaleaOS.Build.Compilation;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;

namespace AzaleaOS.Build.Linking;

/// <summary>Turns a linker's "undefined symbol" into the C# lines that asked for it.</summary>
/// <remarks>
/// The line is searched from the reference up through the callers: what matters is the kernel's line
/// that called the class library, not the library's own line.
/// </remarks>
internal sealed class UndefinedReferences
{
    private const int SitesPerSymbol = 8;

    private readonly ElfImage _image;
    private readonly LineTable _lines;
    private readonly MethodNames _names;
    private readonly Dictionary<ulong, List<(ElfFunction Function, ulong Place)>> _references = [];

    private UndefinedReferences(IReadOnlyList<ElfFile> objects, MethodNames names)
    {
        _image = ElfImage.Combine(objects);
        _lines = LineTable.Read(_image);
        _names = names;
        FindReferences();
    }

    /// <summary>One error for each line that refers to a symbol that no object defines.</summary>
    /// <param name="objects">What was linked.</param>
    /// <param name="names">For the C# names.</param>
    /// <param name="isWanted">Which of the undefined symbols are reported.</param>
    internal static List<BuildDiagnostic> Explain(IReadOnlyList<ElfFile> objects, MethodNames names, Func<string, bool> isWanted)
    {
        var references = new UndefinedReferences(objects, names);
        var errors = new List<BuildDiagnostic>();
        foreach (string symbol in UndefinedSymbolsOf(objects).Where(isWanted))
            references.Explain(symbol, errors);
        return errors;
    }

    private static IEnumerable<string> UndefinedSymbolsOf(IReadOnlyList<ElfFile> objects)
    {
        var defined = objects.SelectMany(o => o.Symbols)
            .Where(s => !s.IsUndefined && s.Binding != ElfSymbolBinding.Local).Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        return objects.SelectMany(o => o.Symbols)
            .Where(s => s.Index != 0 && s.IsUndefined && s.Binding != ElfSymbolBinding.Weak && !defined.Contains(s.Name))
            .Select(s => s.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
    }

    /// <summary>Notes every place in code, and every pointer in data, that leads to the start of a function or to an undefined symbol.</summary>
    private void FindReferences()
    {
        foreach (ElfFunction function in _image.Functions)
        {
            foreach (Iced.Intel.Instruction instruction in Checking.CodeGraph.Sweep(function))
            {
                if (instruction.IsCallNear || instruction.IsJmpShortOrNear || instruction.IsJccShortOrNear)
                    Note(instruction.NearBranchTarget, function, instruction.IP);
                else if (instruction.IsIPRelativeMemoryOperand)
                    Note(instruction.IPRelativeMemoryAddress, function, instruction.IP);
            }
        }
    }

    private void Note(ulong target, ElfFunction function, ulong place)
    {
        if (target >= function.Address && target < function.End)
            return;
        if (!_references.TryGetValue(target, out var list))
            _references.Add(target, list = []);
        list.Add((function, place));
    }

    private void Explain(string symbol, List<BuildDiagnostic> errors)
    {
        (string code, string message) = UndefinedSymbols.Explain(symbol);
        int before = errors.Count;
        if (_image.TryGetAddress(symbol, out ulong address))
        {
            foreach ((ElfFunction function, ulong place) in _references.GetValueOrDefault(address) ?? [])
            {
                if (errors.Count - before < SitesPerSymbol)
                    Blame(function, place, code, message, errors);
            }
        }

        if (errors.Count == before)
            errors.Add(new BuildDiagnostic(code, message));
    }

    /// <summary>Walks up through the callers to the first line that is the user's own.</summary>
    private void Blame(ElfFunction function, ulong place, string code, string message, List<BuildDiagnostic> errors)
    {
        var seen = new HashSet<ulong> { function.Address };
        var pending = new Queue<(ElfFunction Function, ulong Place, string Through)>([(function, place, "")]);
        bool found = false;
        while (pending.TryDequeue(out var at))
        {
            string name = _names.Of(at.Function.Names);
            if (_lines.Find(at.Place) is LineRow line && !IsLibrary(at.Function))
            {
                var error = new BuildDiagnostic(code, $"{name}: {message}{(at.Through.Length > 0 ? $", through {at.Through}" : "")}", line.File, line.Line);
                if (!errors.Contains(error))
                    errors.Add(error);
                found = true;
                continue;
            }

            string through = at.Through.Length > 0 ? $"{name} -> {at.Through}" : name;
            foreach ((ElfFunction caller, ulong callPlace) in _references.GetValueOrDefault(at.Function.Address) ?? [])
            {
                if (seen.Add(caller.Address))
                    pending.Enqueue((caller, callPlace, through));
            }
        }

        if (!found)
            errors.Add(new BuildDiagnostic(code, $"{_names.Of(function.Names)}: {message}"));
    }

    private static bool IsLibrary(ElfFunction function)
        => function.Names.Any(n => n.StartsWith("S_P_CoreLib_", StringComparison.Ordinal) || n.StartsWith("AzaleaOS_Plugs_", StringComparison.Ordinal));
}
