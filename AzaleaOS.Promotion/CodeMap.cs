using System.Buffers.Binary;
using Iced.Intel;

namespace AzaleaOS.Promotion;

/// <summary>All code of a program, decoded once from each place where code is known to begin.</summary>
/// <remarks>
/// Code between two such places counts as certain if it decodes without a gap: every instruction is valid and the last ends
/// where the next place begins.
/// </remarks>
internal sealed class CodeMap
{
    // More entries than any compiler puts into one table.
    private const int LongestTable = 65536;

    private readonly ProgramFile _program;
    private readonly ulong[] _places;
    private readonly List<AddressRange> _doubtful = [];
    private readonly List<ulong> _tables = [];

    internal CodeMap(ProgramFile program, IReadOnlyList<FrameEntry> frames)
    {
        _program = program;
        Boundaries = new AddressSet(program.Code);
        Targets = new AddressSet(program.Code);
        _places = [.. program.Code.Select(range => range.Start)
            .Append(program.Header.Entry)
            .Concat(frames.SelectMany(frame => new[] { frame.Code.Start, frame.Code.End }))
            .Concat(program.Symbols.Where(symbol => symbol.IsFunction).Select(symbol => symbol.Address))
            .Where(program.IsCode)
            .Distinct()
            .Order()];
        foreach (ulong place in _places)
            Targets.Add(place);
        foreach (ProgramSymbol symbol in program.Symbols)
            Targets.Add(symbol.Address);
        foreach (AddressRange range in program.Code)
            Decode(range);
        AddPointersInData();
        ulong[] tables = [.. _tables.Distinct().Order()];
        for (int i = 0; i < tables.Length; i++)
            AddRelativeTable(tables[i], i + 1 < tables.Length ? tables[i + 1] : ulong.MaxValue);
        Functions = new FunctionMap(_places, Branches, program.Code);
    }

    /// <summary>Where instructions begin.</summary>
    internal AddressSet Boundaries { get; }

    /// <summary>Where control may come from elsewhere, or where something begins: more than there are, never fewer.</summary>
    internal AddressSet Targets { get; }

    internal List<Branch> Branches { get; } = [];

    /// <summary>The addresses of all <c>syscall</c> instructions.</summary>
    internal List<ulong> Sites { get; } = [];

    internal FunctionMap Functions { get; }

    /// <summary>True if the instructions around an address are certain.</summary>
    internal bool IsCertain(ulong address) => !_doubtful.Any(range => range.Contains(address));

    /// <summary>The instructions from an address up to another one.</summary>
    internal List<Instruction> DecodeRange(AddressRange range)
    {
        var instructions = new List<Instruction>();
        Decoder decoder = DecoderAt(range);
        while (decoder.IP < range.End)
            instructions.Add(decoder.Decode());
        return instructions;
    }

    /// <summary>The instruction that ends at an address, in code that is certain.</summary>
    internal bool TryBefore(ulong address, out Instruction instruction)
    {
        for (ulong start = address - 1; start >= address - 15; start--)
        {
            if (!_program.IsCode(start))
                break;
            if (!Boundaries.Contains(start))
                continue;
            instruction = DecoderAt(new AddressRange(start, address)).Decode();
            return !instruction.IsInvalid && instruction.NextIP == address;
        }

        instruction = default;
        return false;
    }

    /// <summary>The instruction at an address.</summary>
    internal Instruction At(ulong address)
    {
        const int Longest = 15;
        return DecoderAt(new AddressRange(address, address + Longest)).Decode();
    }

    internal Decoder DecoderAt(AddressRange range)
    {
        ReadOnlySpan<byte> bytes = _program.At(range.Start);
        int length = (int)Math.Min((ulong)bytes.Length, range.End - range.Start);
        return Decoder.Create(64, new ByteArrayCodeReader(bytes[..length].ToArray()), range.Start, DecoderOptions.None);
    }

    private void Decode(AddressRange range)
    {
        int next = Array.BinarySearch(_places, range.Start) + 1;
        ulong start = range.Start;
        while (start < range.End)
        {
            ulong end = next < _places.Length ? Math.Min(_places[next], range.End) : range.End;
            next++;
            if (!DecodePiece(new AddressRange(start, end)))
                _doubtful.Add(new AddressRange(start, end));
            start = end;
        }
    }

    private bool DecodePiece(AddressRange piece)
    {
        bool isCertain = true;
        Decoder decoder = DecoderAt(piece);
        while (decoder.IP < piece.End)
        {
            Instruction instruction = decoder.Decode();
            if (instruction.IsInvalid)
            {
                isCertain = false;
                continue;
            }

            Boundaries.Add(instruction.IP);
            Note(instruction);
        }

        return isCertain && decoder.IP == piece.End;
    }

    private void Note(in Instruction instruction)
    {
        if (instruction.Code == Code.Syscall)
            Sites.Add(instruction.IP);
        switch (instruction.FlowControl)
        {
            case FlowControl.UnconditionalBranch:
                NoteBranch(instruction, BranchKind.Jump);
                break;
            case FlowControl.ConditionalBranch or FlowControl.XbeginXabortXend:
                NoteBranch(instruction, BranchKind.Conditional);
                break;
            case FlowControl.Call:
                NoteBranch(instruction, BranchKind.Call);
                break;
        }

        if (instruction.IsIPRelativeMemoryOperand)
            NoteAddress(instruction.IPRelativeMemoryAddress);
        for (int i = 0; i < instruction.OpCount; i++)
        {
            if (instruction.GetOpKind(i) is OpKind.Immediate32 or OpKind.Immediate32to64 or OpKind.Immediate64)
                NoteAddress(instruction.GetImmediate(i));
        }
    }

    private void NoteBranch(in Instruction instruction, BranchKind kind)
    {
        if (instruction.OpCount == 0 || instruction.GetOpKind(0) is not (OpKind.NearBranch64 or OpKind.NearBranch32 or OpKind.NearBranch16))
            return;
        ulong target = instruction.NearBranchTarget;
        Branches.Add(new Branch(instruction.IP, target, kind));
        Targets.Add(target);
    }

    // What code is given the address of may be jumped to, or be a table of distances of where to jump.
    private void NoteAddress(ulong address)
    {
        if (_program.OffsetOf(address, out _) < 0)
            return;
        Targets.Add(address);
        _tables.Add(address);
    }

    // Tables of addresses, pointers to functions, and the addends of relocations.
    private void AddPointersInData()
    {
        foreach (var segment in _program.Loaded)
        {
            ReadOnlySpan<byte> bytes = _program.At(segment.VirtualAddress);
            for (int i = (int)(-(long)segment.VirtualAddress & 3); i + 8 <= bytes.Length; i += 4)
            {
                ulong value = BinaryPrimitives.ReadUInt64LittleEndian(bytes[i..]);
                if (value != 0)
                    Targets.Add(value);
            }
        }
    }

    // A table ends where the next one begins, or with the first distance that does not lead to code.
    private void AddRelativeTable(ulong table, ulong next)
    {
        ReadOnlySpan<byte> bytes = _program.At(table);
        for (int i = 0; i < LongestTable && (i * 4) + 4 <= bytes.Length && table + (ulong)(i * 4) < next; i++)
        {
            ulong target = table + (ulong)BinaryPrimitives.ReadInt32LittleEndian(bytes[(i * 4)..]);
            if (!_program.IsCode(target))
                break;
            Targets.Add(target);
        }
    }
}
