using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Linking;
using Iced.Intel;

namespace AzaleaOS.Build.Checking;

/// <summary>Proves by following machine code what the kernel's design relies on.</summary>
/// <remarks>
/// AZ4001: vector registers where interrupted or calling code still has its own in them.
/// AZ4002: privileged instructions outside of the assembler methods.
/// AZ4003: instructions that Knights Landing lacks.
/// AZ4004: bytes that are no instruction.
/// AZ4005: a root that does not exist.
/// AZ4006: a call from a vector-free root that cannot be followed.
/// </remarks>
public static class CodeChecker
{
    /// <summary>Checks, and computes what was asked for.</summary>
    /// <exception cref="BuildException">AZ4xxx, one error for each thing that is wrong; AZ5004: an object cannot be read.</exception>
    public static CheckResult Check(CheckRequest request)
    {
        List<ElfFile> compiled = [.. request.Compiled.Select(ElfFile.Open)];
        List<ElfFile> assembled = [.. request.Assembled.Select(ElfFile.Open)];
        ElfImage image = ElfImage.Combine([.. compiled, .. assembled]);
        using var names = new MethodNames(request.Assemblies);
        return new Run(request, image, [.. compiled], names).Check();
    }

    private sealed class Run
    {
        private readonly CheckRequest _request;
        private readonly ElfImage _image;
        private readonly HashSet<ElfFile> _compiled;
        private readonly MethodNames _names;
        private readonly CodeGraph _graph;
        private readonly Lazy<LineTable> _lines;
        private readonly InstructionInfoFactory _info = new();
        private readonly List<BuildDiagnostic> _errors = [];
        private readonly Dictionary<ulong, bool> _neverReturns = [];

        internal Run(CheckRequest request, ElfImage image, HashSet<ElfFile> compiled, MethodNames names)
        {
            _request = request;
            _image = image;
            _compiled = compiled;
            _names = names;
            _graph = new CodeGraph(image, names);
            _lines = new Lazy<LineTable>(() => LineTable.Read(image));
        }

        internal CheckResult Check()
        {
            int functions = 0;
            int instructions = 0;
            foreach (ElfFunction function in _image.Functions.Where(f => _compiled.Contains(f.Section.File)))
            {
                functions++;
                instructions += CheckCompiled(function);
            }

            CheckCalledAssembly();
            foreach (string root in _request.VectorFreeRoots)
            {
                if (Find(root) is ulong entry)
                    CheckVectorFree(root, entry);
            }

            var analysis = new RegisterAnalysis(_graph, NeverReturns, KeepsVectors, IsGivenAway);
            var uses = new Dictionary<string, RegisterUse>(StringComparer.Ordinal);
            foreach (string root in _request.Roots)
            {
                if (Find(root) is ulong entry)
                    uses[root] = analysis.Of(entry);
            }

            return _errors.Count == 0
                ? new CheckResult(uses, functions, instructions)
                : throw new BuildException(_errors);
        }

        private ulong? Find(string root)
        {
            if (_image.TryGetAddress(root, out ulong entry) && _graph.FunctionAt(entry) is not null)
                return entry;
            var error = new BuildDiagnostic("AZ4005", $"no object defines the function {root}, which the code checker was told to start from");
            if (!_errors.Contains(error))
                _errors.Add(error);
            return null;
        }

        private int CheckCompiled(ElfFunction function)
        {
            int count = 0;
            foreach (Instruction instruction in CodeGraph.Sweep(function))
            {
                count++;
                string name = _names.Of(function.Names);
                if (instruction.IsInvalid)
                {
                    Report("AZ4004", instruction.IP, $"{name} holds bytes that are no instruction");
                    break;
                }

                if (instruction.IsPrivileged || instruction.Mnemonic == Mnemonic.Vmcall)
                    Report("AZ4002", instruction.IP, $"{name} holds the privileged instruction '{instruction}'; such instructions belong in an assembler method");
                CheckFeatures(instruction, name);
            }

            return count;
        }

        private void CheckFeatures(in Instruction instruction, string name)
        {
            if (KnightsLanding.Missing(instruction) is CpuidFeature missing)
                Report("AZ4003", instruction.IP, $"{name} holds '{instruction}', which needs {missing}; Knights Landing does not have it");
        }

        /// <summary>What C# calls is 64-bit code and can be decoded as such; boot code and the trampoline are not.</summary>
        private void CheckCalledAssembly()
        {
            var seen = new HashSet<ulong>();
            var pending = new Stack<ulong>(_image.Functions.Where(f => _compiled.Contains(f.Section.File)).Select(f => f.Address));
            while (pending.TryPop(out ulong at))
            {
                if (!seen.Add(at) || _graph.FunctionAt(at) is not CodeFunction function)
                    continue;
                if (!IsCompiled(at))
                {
                    foreach (Instruction instruction in function.Instructions.Values.OrderBy(i => i.IP))
                        CheckFeatures(instruction, function.Name);
                }

                foreach (CallSite call in function.Calls)
                {
                    if (call.Kind is CallKind.Call or CallKind.Tail)
                        pending.Push(call.Target);
                }
            }
        }

        private bool IsCompiled(ulong address) => _image.FunctionAt(address) is ElfFunction function && _compiled.Contains(function.Section.File);

        /// <summary>Breadth first, so that the chain in a message is a shortest one.</summary>
        private void CheckVectorFree(string root, ulong entry)
        {
            var callers = new Dictionary<ulong, ulong?> { [entry] = null };
            var pending = new Queue<ulong>([entry]);
            while (pending.TryDequeue(out ulong at))
            {
                CodeFunction function = _graph.FunctionAt(at)!;
                foreach (Instruction instruction in function.Instructions.Values.OrderBy(i => i.IP))
                {
                    if (!UsesVectorRegister(instruction))
                        continue;
                    Report("AZ4001", instruction.IP, $"{function.Name} uses a vector register ('{instruction}'), but {_names.Of(root)} must not: {Chain(callers, at)}");
                    break;
                }

                foreach (CallSite call in function.Calls)
                    Visit(call, at, root, callers, pending);
            }
        }

        private void Visit(CallSite call, ulong caller, string root, Dictionary<ulong, ulong?> callers, Queue<ulong> pending)
        {
            IEnumerable<ulong> targets = call.Target != 0 ? [call.Target] : _graph.IndirectTargets(call.Virtual);
            foreach (ulong target in targets)
            {
                if (callers.ContainsKey(target) || NeverReturns(target))
                    continue;
                if (_graph.FunctionAt(target) is null)
                {
                    callers.Add(target, caller);

                    // A name that is only passed on may be data; a call cannot.
                    if (call.Kind != CallKind.Address)
                        Report("AZ4006", call.Address, $"{_graph.NameAt(caller)} calls {_graph.NameAt(target)}, which no object defines, so nobody knows whether it uses vector registers; {_names.Of(root)} must not: {Chain(callers, target)}");
                    continue;
                }

                callers.Add(target, caller);
                pending.Enqueue(target);
            }
        }

        private string Chain(Dictionary<ulong, ulong?> callers, ulong at)
        {
            var names = new List<string>();
            for (ulong? function = at; function is ulong known; function = callers[known])
                names.Add(_graph.NameAt(known));
            names.Reverse();
            return string.Join(" -> ", names);
        }

        private bool UsesVectorRegister(in Instruction instruction)
        {
            // These save or load the whole state on purpose.
            if (instruction.Mnemonic is Mnemonic.Fxsave or Mnemonic.Fxsave64 or Mnemonic.Fxrstor or Mnemonic.Fxrstor64
                or Mnemonic.Xsave or Mnemonic.Xsave64 or Mnemonic.Xsaveopt or Mnemonic.Xsaveopt64 or Mnemonic.Xrstor or Mnemonic.Xrstor64)
                return false;
            if (instruction.CpuidFeatures.Any(f => f is CpuidFeature.FPU or CpuidFeature.FPU287 or CpuidFeature.FPU387 or CpuidFeature.MMX))
                return true;
            foreach (UsedRegister used in _info.GetInfo(instruction).GetUsedRegisters())
            {
                Register register = used.Register;
                if (register.IsVectorRegister() || register.IsMM() || register.IsST() || register.IsK())
                    return true;
            }

            return false;
        }

        private bool KeepsVectors(ulong target)
            => _image.FunctionAt(target)?.Names.Any(_request.KeepVectors.Contains) == true;

        private bool IsGivenAway(ulong target)
            => _image.FunctionAt(target)?.Names.Any(_request.GivenAway.Contains) == true;

        private bool NeverReturns(ulong target)
        {
            if (_neverReturns.TryGetValue(target, out bool known))
                return known;
            IReadOnlyList<string> symbols = _image.FunctionAt(target)?.Names
                ?? (_image.TryGetExternal(target, out string? external) ? [external] : []);
            string name = _graph.NameAt(target);
            bool never = _request.NeverReturn.Any(pattern => Matches(pattern, name) || symbols.Any(s => Matches(pattern, s)));
            _neverReturns.Add(target, never);
            return never;
        }

        private static bool Matches(string pattern, string name)
            => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

        private void Report(string code, ulong address, string message)
        {
            LineRow? line = _lines.Value.Find(address);
            var error = line is LineRow row
                ? new BuildDiagnostic(code, message, row.File, row.Line)
                : new BuildDiagnostic(code, message);
            if (!_errors.Contains(error))
                _errors.Add(error);
        }
    }
}
