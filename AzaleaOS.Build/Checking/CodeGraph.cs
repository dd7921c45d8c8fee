using System.Buffers.Binary;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Linking;
using Iced.Intel;

namespace AzaleaOS.Build.Checking;

/// <summary>The functions of an image and which reaches which. Functions are decoded when they are first asked for.</summary>
internal sealed class CodeGraph
{
    private readonly ElfImage _image;
    private readonly MethodNames _names;
    private readonly Lazy<CallFrameTable> _frames;
    private readonly Dictionary<ulong, CodeFunction> _functions = [];
    private (HashSet<ulong> Pointers, HashSet<ulong> VirtualMethods)? _addressTaken;

    internal CodeGraph(ElfImage image, MethodNames names)
    {
        _image = image;
        _names = names;
        _frames = new Lazy<CallFrameTable>(() => CallFrameTable.Read(image));
    }

    /// <summary>The name of what lies at an address: C#, a symbol, or the number.</summary>
    internal string NameAt(ulong address)
    {
        if (_image.TryGetExternal(address, out string? external))
            return _names.Of(external);
        return _image.FunctionAt(address) is ElfFunction function ? _names.Of(function.Names) : $"0x{address:x}";
    }

    /// <summary>The function that begins at an address; null if no code lies there.</summary>
    internal CodeFunction? FunctionAt(ulong entry)
    {
        if (_functions.TryGetValue(entry, out CodeFunction? known))
            return known;
        if (_image.FunctionAt(entry) is not ElfFunction symbol)
            return null;
        CodeFunction function = Decode(symbol, entry);
        _functions.Add(entry, function);
        return function;
    }

    /// <summary>The functions that a call through a pointer may reach: all whose address is taken anywhere and that can be called.</summary>
    /// <remarks>
    /// Entries that only the processor or boot code jumps to have no caller's frame at their first
    /// instruction. Symbols that no object defines are data, or stubs that are generated later.
    /// </remarks>
    /// <param name="fromMemory">The pointer is read from memory by the call itself: virtual methods count too.</param>
    internal IEnumerable<ulong> IndirectTargets(bool fromMemory)
    {
        (HashSet<ulong> pointers, HashSet<ulong> virtualMethods) = _addressTaken ??= FindAddressTaken();
        return fromMemory ? pointers.Union(virtualMethods) : pointers;
    }

    /// <summary>System V ABI for AMD64, 3.2.2: where a call leaves the return address.</summary>
    private bool CanBeCalled(ulong address)
    {
        if (_image.FunctionAt(address) is null)
            return false;
        return _frames.Value.Rows.Count == 0
            || _frames.Value.Find(address) is { Base: CallFrameBase.Rsp, BaseOffset: 8, ReturnAddress: -8, IsSignalFrame: false };
    }

    /// <summary>Every instruction of a function, from its first byte to its last.</summary>
    internal static IEnumerable<Instruction> Sweep(ElfFunction function)
    {
        Decoder decoder = Decoder.Create(64, function.Code.ToArray(), function.Address);
        while (decoder.IP < function.End)
            yield return decoder.Decode();
    }

    private CodeFunction Decode(ElfFunction symbol, ulong entry)
    {
        var instructions = new Dictionary<ulong, Instruction>();
        var jumpTables = new Dictionary<ulong, ulong[]>();
        var calls = new List<CallSite>();
        var pending = new Stack<ulong>([entry]);
        byte[] code = symbol.Code.ToArray();
        var reader = new ByteArrayCodeReader(code);
        Decoder decoder = Decoder.Create(64, reader);
        while (pending.TryPop(out ulong at))
        {
            ulong previous = at;
            while (true)
            {
                if (at < symbol.Address || at >= symbol.End)
                {
                    // Runs on into what lies behind it.
                    calls.Add(new CallSite(previous, CallKind.Tail, at));
                    break;
                }

                if (instructions.ContainsKey(at))
                    break;
                reader.Position = (int)(at - symbol.Address);
                decoder.IP = at;
                Instruction instruction = decoder.Decode();
                instructions.Add(at, instruction);
                if (instruction.IsInvalid)
                    break;
                NoteAddress(instruction, symbol, calls);
                bool goesOn = Follow(instruction, symbol, instructions, jumpTables, calls, pending);
                if (!goesOn)
                    break;
                previous = at;
                at = instruction.NextIP;
            }
        }

        return new CodeFunction(entry, NameAt(entry), instructions, jumpTables, calls);
    }

    /// <summary>Notes where an instruction leads.</summary>
    /// <returns>Whether the next instruction in memory may run after it.</returns>
    private bool Follow(
        in Instruction instruction,
        ElfFunction symbol,
        Dictionary<ulong, Instruction> instructions,
        Dictionary<ulong, ulong[]> jumpTables,
        List<CallSite> calls,
        Stack<ulong> pending)
    {
        ulong at = instruction.IP;
        bool IsInside(ulong target) => target >= symbol.Address && target < symbol.End;
        switch (instruction.FlowControl)
        {
            case FlowControl.ConditionalBranch:
                Branch(instruction.NearBranchTarget);
                return true;
            case FlowControl.UnconditionalBranch:
                Branch(instruction.NearBranchTarget);
                return false;
            case FlowControl.IndirectBranch:
                ulong[] targets = JumpTable(instruction, symbol, instructions);
                if (targets.Length > 0)
                {
                    jumpTables[at] = targets;
                    foreach (ulong target in targets)
                        pending.Push(target);
                }
                else
                {
                    calls.Add(new CallSite(at, CallKind.IndirectTail, 0, ReadsPointerFromMemory(instruction)));
                }

                return false;
            case FlowControl.Call when instruction.IsCallNear:
                calls.Add(new CallSite(at, CallKind.Call, instruction.NearBranchTarget));

                // A call that nothing may follow: the callee does not return.
                return instruction.NextIP < symbol.End || IsCodeBehind(instruction.NextIP);
            case FlowControl.IndirectCall:
                calls.Add(new CallSite(at, CallKind.IndirectCall, 0, ReadsPointerFromMemory(instruction)));
                return true;
            case FlowControl.Return or FlowControl.Exception:
                return false;
            case FlowControl.Interrupt when instruction.Code == Code.Int3:
                return false;
            default:
                return true;
        }

        void Branch(ulong target)
        {
            if (IsInside(target))
                pending.Push(target);
            else
                calls.Add(new CallSite(at, CallKind.Tail, target));
        }
    }

    private bool IsCodeBehind(ulong address) => _image.FunctionAt(address) is ElfFunction next && next.Address == address && next.Size > 0
        && next.Section.Section.Name.StartsWith(".text", StringComparison.Ordinal);

    private static bool ReadsPointerFromMemory(in Instruction instruction)
        => instruction.Op0Kind == OpKind.Memory && !instruction.IsIPRelativeMemoryOperand && (long)instruction.MemoryDisplacement64 >= 0;

    /// <summary>
    /// A switch as ilc compiles it: <c>lea t,[table]; mov x,[t+i*4]; lea b,[block]; add x,b; jmp x</c>,
    /// the table holding distances from the block.
    /// </summary>
    private ulong[] JumpTable(in Instruction jump, ElfFunction symbol, Dictionary<ulong, Instruction> instructions)
    {
        const ulong Window = 64;
        if (jump.Op0Kind != OpKind.Register)
            return [];
        ulong from = jump.IP > Window ? jump.IP - Window : 0;
        ulong block = 0;
        ulong table = 0;
        ulong to = jump.IP;
        foreach (Instruction instruction in instructions.Values.Where(i => i.IP >= from && i.IP < to).OrderBy(i => i.IP))
        {
            if (instruction.Code != Code.Lea_r64_m || !instruction.IsIPRelativeMemoryOperand)
                continue;
            ulong target = instruction.IPRelativeMemoryAddress;
            if (target >= symbol.Address && target < symbol.End)
                block = target;
            else if (_image.SectionAt(target) is { Section.IsCode: false })
                table = target;
        }

        if (block == 0 || table == 0 || _image.SectionAt(table) is not ElfImageSection section)
            return [];
        var targets = new SortedSet<ulong>();
        ulong end = Math.Min(_image.NextSymbol(table), section.Address + (ulong)section.Bytes.Length);
        for (ulong entry = table; entry + 4 <= end; entry += 4)
        {
            int distance = BinaryPrimitives.ReadInt32LittleEndian(section.Bytes.AsSpan((int)(entry - section.Address)));
            ulong target = block + (ulong)distance;
            if (target < symbol.Address || target >= symbol.End)
                break;
            targets.Add(target);
        }

        return [.. targets];
    }

    private void NoteAddress(in Instruction instruction, ElfFunction symbol, List<CallSite> calls)
    {
        if (AddressOperand(instruction) is ulong target && (target < symbol.Address || target >= symbol.End) && IsFunction(target))
            calls.Add(new CallSite(instruction.IP, CallKind.Address, target));
    }

    private static ulong? AddressOperand(in Instruction instruction) => instruction.Code switch
    {
        Code.Lea_r64_m when instruction.IsIPRelativeMemoryOperand => instruction.IPRelativeMemoryAddress,
        Code.Mov_r64_imm64 => instruction.Immediate64,
        Code.Mov_rm64_imm32 => (ulong)instruction.Immediate32to64,
        _ => null,
    };

    private bool IsFunction(ulong address) => _image.TryGetExternal(address, out _)
        || (_image.FunctionAt(address) is ElfFunction function && function.Address == address);

    private (HashSet<ulong> Pointers, HashSet<ulong> VirtualMethods) FindAddressTaken()
    {
        var pointers = new HashSet<ulong>();
        var virtualMethods = new HashSet<ulong>();
        var tables = new List<(ulong Begin, ulong End)>();
        foreach (ElfImageSection section in _image.Sections)
        {
            foreach (ElfSymbol symbol in section.File.Symbols)
            {
                if (symbol.SectionIndex == section.Section.Index && symbol.Name.StartsWith("_ZTV", StringComparison.Ordinal)
                    && _image.TryGetAddress(symbol.Name, out ulong begin))
                    tables.Add((begin, _image.NextSymbol(begin)));
            }
        }

        foreach (ElfImageSection section in _image.Sections)
        {
            if (!section.Section.IsAllocated || section.Section.Name is ".eh_frame" or ".dotnet_eh_table" or "__modules")
                continue;
            foreach ((ulong place, ulong target) in section.Pointers)
            {
                if (IsFunction(target))
                    (tables.Any(t => place >= t.Begin && place < t.End) ? virtualMethods : pointers).Add(target);
            }
        }

        foreach (ElfFunction function in _image.Functions)
        {
            foreach (Instruction instruction in Sweep(function))
            {
                if (AddressOperand(instruction) is ulong target && (target < function.Address || target >= function.End) && IsFunction(target))
                    pointers.Add(target);
            }
        }

        pointers.RemoveWhere(address => !CanBeCalled(address));
        virtualMethods.RemoveWhere(address => !CanBeCalled(address));
        return (pointers, virtualMethods);
    }
}
