using AzaleaOS.Build.Diagnostics;
using Iced.Intel;

namespace AzaleaOS.Build.Assembler;

/// <summary>Writes the machine code or data of one assembler method.</summary>
/// <remarks>
/// Instructions are methods of the base class, named as in the manual: <c>a.mov(rax, __[rsp + 8])</c>.
/// This class adds what a kernel needs besides: symbols of other methods and of C#
/// (<see cref="this[string]"/>), further symbols inside the method (<see cref="Define"/>), data,
/// changes of the processor mode (<see cref="Continue"/>) and call-frame information (<see cref="Cfi"/>).
/// </remarks>
public sealed class KernelAssembler : global::Iced.Intel.Assembler
{
    private readonly AssembledUnit _unit;
    private readonly List<Padding> _paddings = [];
    private readonly List<(int Index, string Name)> _definitions = [];
    private readonly Dictionary<int, SymbolReference> _pointers = [];

    internal KernelAssembler(AssembledUnit unit, int bits)
        : base(bits)
    {
        _unit = unit;
        Cfi = new CallFrame(this);
    }

    /// <summary>Where the caller's registers are, for debuggers and backtraces. Pushes and pops are followed without help.</summary>
    public CallFrame Cfi { get; }

    /// <summary>The address of a symbol: of a C# method with RuntimeExport, of an assembler method, or one from <see cref="Define"/>.</summary>
    public SymbolReference this[string name] => new(_unit, name, 0);

    /// <summary>Bytes reserved by <see cref="Reserve"/> in a section without contents.</summary>
    internal long ReservedBytes { get; private set; }

    /// <summary>Defines a symbol here: global, or the method's own if the name begins with a dot.</summary>
    public void Define(string name) => _definitions.Add((Instructions.Count, name));

    /// <summary>The rest of the method runs in another mode: 16, 32 or 64 bits. Labels do not reach across; symbols do.</summary>
    public KernelAssembler Continue(int bits) => _unit.AddPart(bits);

    /// <summary>Fills up to a multiple of <paramref name="alignment"/> bytes from the method's start: NOPs in code, zeros in data.</summary>
    /// <remarks>A label set before it names the first byte after the filler.</remarks>
    public void Align(int alignment)
    {
        if (!int.IsPow2(alignment) || alignment > _unit.Alignment)
            throw _unit.Error("AZ3005", $"alignment {alignment} is not a power of two up to the method's own, {_unit.Alignment}");
        _paddings.Add(new Padding(Instructions.Count, alignment, IsOffset: false));
    }

    /// <summary>Fills up to an offset from the method's start: INT3 in code, zeros in data.</summary>
    public void PadTo(int offset) => _paddings.Add(new Padding(Instructions.Count, offset, IsOffset: true));

    /// <summary>Adds bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes) => db(bytes);

    /// <summary>Adds two bytes, little-endian.</summary>
    public void Word(ushort value) => dw(value);

    /// <summary>Adds four bytes, little-endian.</summary>
    public void Doubleword(uint value) => dd(value);

    /// <summary>Adds eight bytes, little-endian.</summary>
    public void Quadword(ulong value) => dq(value);

    /// <summary>Adds an eight-byte pointer to a symbol.</summary>
    public void Pointer(SymbolReference symbol)
    {
        _pointers.Add(Instructions.Count, symbol);
        dq(0UL);
    }

    /// <summary>Adds a four-byte pointer to a symbol below 4 GiB, such as a physical address.</summary>
    public void Pointer32(SymbolReference symbol)
    {
        _pointers.Add(Instructions.Count, symbol);
        dd(0U);
    }

    /// <summary>Adds zeros. The only thing a method in .bss may do.</summary>
    public void Reserve(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (!_unit.HasContents)
        {
            ReservedBytes += count;
            return;
        }

        db(new byte[count]);
    }

    /// <summary>Jumps far through memory: a 32-bit offset and a selector.</summary>
    public void FarJump(AssemblerMemoryOperand target)
        => AddInstruction(Instruction.Create(Code.Jmp_m1632, target.ToMemoryOperand(Bitness)));

    /// <summary>Returns far: pops rip and CS.</summary>
    public void FarReturn() => AddInstruction(Instruction.Create(Code.Retfq));

    /// <summary>Encodes the instructions for an offset of the method.</summary>
    /// <returns>The bytes, and for each instruction (and one behind the last) its offset from the part's start.</returns>
    internal (byte[] Bytes, int[] Offsets) Encode(int start)
    {
        if (Instructions.Count == 0)
            return ([], [0]);

        // A filler's length depends on what is before it, and the length of branches on the fillers
        // between them and their targets: encode until nothing moves any more.
        int[] fillers = new int[_paddings.Count];
        const int MaxRounds = 16;
        for (int round = 0; round < MaxRounds; round++)
        {
            (byte[] bytes, int[] offsets) = EncodeWith(fillers, start);
            if (!Refill(fillers, offsets, start))
                return (bytes, offsets);
        }

        throw _unit.Error("AZ3005", "the alignments of this method never settle");
    }

    /// <summary>The symbols defined in this part, as offsets from the method's start.</summary>
    internal IEnumerable<(string Name, int Offset)> Definitions(int start, int[] offsets)
        => _definitions.Select(d => (d.Name, start + offsets[d.Index]));

    /// <summary>The symbol that a data word points to.</summary>
    internal bool TryGetPointer(int instruction, out SymbolReference symbol) => _pointers.TryGetValue(instruction, out symbol);

    internal BuildException Error(string code, string message) => _unit.Error(code, message);

    private (byte[] Bytes, int[] Offsets) EncodeWith(int[] fillers, int start)
    {
        var instructions = new List<Instruction>(Instructions.Count + fillers.Length);
        int[] positions = new int[Instructions.Count + 1];
        int nextPadding = 0;
        for (int i = 0; i <= Instructions.Count; i++)
        {
            for (; nextPadding < _paddings.Count && _paddings[nextPadding].Index == i; nextPadding++)
                AddFiller(instructions, fillers[nextPadding], _paddings[nextPadding].IsOffset);
            positions[i] = instructions.Count;
            if (i < Instructions.Count)
                instructions.Add(Addressed(Instructions[i]));
        }

        // So that the last offset is known even when a filler comes last.
        instructions.Add(Instruction.Create(Code.Zero_bytes));

        using var bytes = new MemoryStream();
        var block = new InstructionBlock(new StreamCodeWriter(bytes), instructions, (ulong)start);
        if (!BlockEncoder.TryEncode(Bitness, block, out string? error, out BlockEncoderResult result, BlockEncoderOptions.ReturnNewInstructionOffsets))
            throw _unit.Error("AZ3004", $"cannot be encoded: {error}");

        int[] offsets = new int[positions.Length];
        for (int i = 0; i < offsets.Length; i++)
        {
            uint offset = result.NewInstructionOffsets[positions[i]];
            if (offset == uint.MaxValue)
                throw _unit.Error("AZ3004", $"instruction {i} ({Instructions[i]}) does not reach its target");
            offsets[i] = (int)offset;
        }

        return (bytes.ToArray(), offsets);
    }

    /// <summary>Gives each filler the length it needs; true if any changed.</summary>
    private bool Refill(int[] fillers, int[] offsets, int start)
    {
        bool changed = false;
        int moved = 0; // by fillers that were just changed
        for (int i = 0; i < fillers.Length; i++)
        {
            Padding padding = _paddings[i];
            int filledBehind = 0;
            for (int k = i; k < fillers.Length && _paddings[k].Index == padding.Index; k++)
                filledBehind += fillers[k];
            int from = start + offsets[padding.Index] - filledBehind + moved;
            int to = padding.IsOffset ? padding.Value : (from + padding.Value - 1) & -padding.Value;
            if (to < from)
                throw _unit.Error("AZ3005", $"offset 0x{padding.Value:x} was asked for, but the code before it reaches 0x{from:x}");
            changed |= fillers[i] != to - from;
            moved += to - from - fillers[i];
            fillers[i] = to - from;
        }

        return changed;
    }

    private void AddFiller(List<Instruction> instructions, int length, bool unreachable)
    {
        const int MaxDeclared = 16;
        byte value = _unit.IsCode ? unreachable ? (byte)0xcc : (byte)0x90 : (byte)0;
        byte[] filler = new byte[MaxDeclared];
        Array.Fill(filler, value);
        for (; length > 0; length -= MaxDeclared)
            instructions.Add(Instruction.CreateDeclareByte(filler, 0, Math.Min(length, MaxDeclared)));
    }

    /// <summary>In 64-bit code a bare symbol in memory is addressed from RIP: shorter, and right wherever the code runs.</summary>
    private Instruction Addressed(Instruction instruction)
    {
        if (Bitness == 64
            && instruction.MemoryBase == Register.None
            && instruction.MemoryIndex == Register.None
            && HasMemoryOperand(instruction)
            && _unit.TryFind(instruction.MemoryDisplacement64, out _))
        {
            instruction.Code = WithModRm(instruction.Code);
            instruction.MemoryBase = Register.RIP;
            instruction.MemoryDisplSize = 8;
        }

        return instruction;
    }

    /// <summary>The general form of the moves that only take an absolute address.</summary>
    private static Code WithModRm(Code code) => code switch
    {
        Code.Mov_AL_moffs8 => Code.Mov_r8_rm8,
        Code.Mov_AX_moffs16 => Code.Mov_r16_rm16,
        Code.Mov_EAX_moffs32 => Code.Mov_r32_rm32,
        Code.Mov_RAX_moffs64 => Code.Mov_r64_rm64,
        Code.Mov_moffs8_AL => Code.Mov_rm8_r8,
        Code.Mov_moffs16_AX => Code.Mov_rm16_r16,
        Code.Mov_moffs32_EAX => Code.Mov_rm32_r32,
        Code.Mov_moffs64_RAX => Code.Mov_rm64_r64,
        _ => code,
    };

    private static bool HasMemoryOperand(in Instruction instruction)
    {
        for (int i = 0; i < instruction.OpCount; i++)
        {
            if (instruction.GetOpKind(i) == OpKind.Memory)
                return true;
        }

        return false;
    }

    private readonly record struct Padding(int Index, int Value, bool IsOffset);
}
