using System.Buffers.Binary;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using Iced.Intel;

namespace AzaleaOS.Build.Assembler;

/// <summary>One assembler method on its way to bytes: its parts, its symbols and where they are used.</summary>
internal sealed class AssembledUnit(string symbol, int bits, int alignment, bool isCode, bool hasContents)
{
    // Until relocations are made, a symbol is a number in this window: one slot per symbol and addend, and
    // its middle is the address. No constant of a kernel lies here, and Assemble counts to be sure.
    private const uint WindowStart = 0x6800_0000;
    private const uint SlotSize = 0x1_0000;
    private const uint SlotMiddle = SlotSize / 2;

    private readonly List<KernelAssembler> _parts = [];
    private readonly List<(string Name, long Addend)> _slots = [];
    private readonly Dictionary<string, int> _definitions = new(StringComparer.Ordinal);
    private readonly List<UnitRelocation> _relocations = [];
    private int _uses;
    private int _found;

    internal string Symbol { get; } = symbol;

    internal int Alignment { get; } = alignment;

    internal bool IsCode { get; } = isCode;

    internal bool HasContents { get; } = hasContents;

    /// <summary>The bytes; empty for a section without contents.</summary>
    internal byte[] Bytes { get; private set; } = [];

    /// <summary>Length in bytes.</summary>
    internal long Size { get; private set; }

    /// <summary>Symbols other than the method's own, as offsets from its start, in the order they were defined.</summary>
    internal IEnumerable<(string Name, int Offset)> Globals
        => _definitions.Where(d => d.Key[0] != '.').Select(d => (d.Key, d.Value));

    internal IReadOnlyList<UnitRelocation> Relocations => _relocations;

    /// <summary>Call frames of the 64-bit parts.</summary>
    internal List<FrameTable> Frames { get; } = [];

    internal KernelAssembler Start() => AddPart(bits);

    internal KernelAssembler AddPart(int partBits)
    {
        if (partBits is not (16 or 32 or 64))
            throw Error("AZ3003", $"code of {partBits} bits; there is 16, 32 and 64");
        var part = new KernelAssembler(this, partBits);
        _parts.Add(part);
        return part;
    }

    internal BuildException Error(string code, string message) => new(code, $"{Symbol}: {message}");

    internal uint Use(SymbolReference reference)
    {
        _uses++;
        (string, long) key = (reference.Name, reference.Addend);
        int slot = _slots.IndexOf(key);
        if (slot < 0)
        {
            slot = _slots.Count;
            _slots.Add(key);
        }

        return WindowStart + ((uint)slot * SlotSize) + SlotMiddle;
    }

    /// <summary>The symbol that a number stands for.</summary>
    internal bool TryFind(ulong value, out SymbolReference reference)
    {
        ulong slot = (value - WindowStart) / SlotSize;
        if (value < WindowStart || slot >= (ulong)_slots.Count)
        {
            reference = default;
            return false;
        }

        (string name, long addend) = _slots[(int)slot];
        reference = new SymbolReference(this, name, addend + (long)((value - WindowStart) % SlotSize) - SlotMiddle);
        return true;
    }

    /// <summary>Encodes all parts and finds the relocations.</summary>
    internal void Assemble()
    {
        if (!HasContents)
        {
            if (_parts.Exists(p => p.Instructions.Count > 0))
                throw Error("AZ3003", "a section without contents takes only Reserve");
            Size = _parts.Sum(p => p.ReservedBytes);
            return;
        }

        var encoded = new List<(KernelAssembler Part, int Start, byte[] Bytes, int[] Offsets)>();
        int start = 0;
        foreach (KernelAssembler part in _parts)
        {
            (byte[] bytes, int[] offsets) = part.Encode(start);
            foreach ((string name, int offset) in part.Definitions(start, offsets))
            {
                if (!_definitions.TryAdd(name, offset) || name == Symbol)
                    throw Error("AZ3006", $"symbol {name} is defined twice");
            }

            encoded.Add((part, start, bytes, offsets));
            start += bytes.Length;
        }

        Bytes = new byte[start];
        Size = start;
        foreach ((_, int partStart, byte[] bytes, _) in encoded)
            bytes.CopyTo(Bytes, partStart);
        foreach ((KernelAssembler part, int partStart, _, int[] offsets) in encoded)
            Relocate(part, partStart, offsets);
        if (_found != _uses)
        {
            throw Error(
                "AZ3007",
                $"symbols were used as operands {_uses} times but {_found} operands hold one; convert a symbol anew for each use, and keep constants out of 0x{WindowStart:x}..0x{WindowStart + ((uint)_slots.Count * SlotSize):x}");
        }

        if (!IsCode)
            return;
        foreach ((KernelAssembler part, int partStart, byte[] bytes, int[] offsets) in encoded)
        {
            if (part.Bitness == 64 && bytes.Length > 0 && !part.Cfi.IsOff)
                Frames.Add(part.Cfi.Table(partStart, bytes.Length, offsets));
        }
    }

    private void Relocate(KernelAssembler part, int start, int[] offsets)
    {
        for (int i = 0; i < part.Instructions.Count; i++)
        {
            int at = start + offsets[i];
            int length = offsets[i + 1] - offsets[i];
            Instruction source = part.Instructions[i];
            if (part.TryGetPointer(i, out SymbolReference pointer))
            {
                Add(at, length == 8 ? ElfRelocationType.Absolute64 : ElfRelocationType.Absolute32, pointer, 0);
                continue;
            }

            if (IsData(source.Code) || length == 0)
                continue;

            var decoder = Decoder.Create(part.Bitness, new ByteArrayCodeReader(Bytes, at, Bytes.Length - at), (ulong)at);
            decoder.Decode(out Instruction instruction);
            if (instruction.IsInvalid)
                throw Error("AZ3004", $"instruction {i} ({source}) does not decode again");
            RelocateInstruction(instruction, decoder.GetConstantOffsets(instruction), at, part.Bitness);
        }
    }

    private void RelocateInstruction(in Instruction instruction, ConstantOffsets fields, int at, int partBits)
    {
        int end = at + instruction.Length;
        for (int operand = 0; operand < instruction.OpCount; operand++)
        {
            int field;
            int fieldSize;
            ulong value;
            ElfRelocationType type;
            OpKind kind = instruction.GetOpKind(operand);
            switch (kind)
            {
                case OpKind.NearBranch32 or OpKind.NearBranch64:
                    (field, fieldSize, value) = (fields.ImmediateOffset, fields.ImmediateSize, instruction.NearBranchTarget);
                    type = ElfRelocationType.Plt32;
                    break;
                case OpKind.FarBranch32:
                    (field, fieldSize, value) = (fields.ImmediateOffset, fields.ImmediateSize, instruction.FarBranch32);
                    type = ElfRelocationType.Absolute32;
                    break;
                case OpKind.Memory:
                    (field, fieldSize, value) = (fields.DisplacementOffset, fields.DisplacementSize, instruction.MemoryDisplacement64);
                    type = instruction.IsIPRelativeMemoryOperand ? ElfRelocationType.PcRelative32
                        : partBits == 64 ? ElfRelocationType.Absolute32Signed : ElfRelocationType.Absolute32;
                    break;
                case OpKind.Immediate64:
                    (field, fieldSize, value) = (fields.ImmediateOffset, fields.ImmediateSize, instruction.Immediate64);
                    type = ElfRelocationType.Absolute64;
                    break;
                case OpKind.Immediate32 or OpKind.Immediate32to64:
                    (field, fieldSize, value) = (fields.ImmediateOffset, fields.ImmediateSize, instruction.GetImmediate(operand));
                    type = kind == OpKind.Immediate32to64 ? ElfRelocationType.Absolute32Signed : ElfRelocationType.Absolute32;
                    break;
                default:
                    continue;
            }

            if (!TryFind(value, out SymbolReference symbol))
                continue;
            int width = type == ElfRelocationType.Absolute64 ? 8 : 4;
            if (fieldSize != width)
                throw Error("AZ3004", $"{instruction}: a symbol's address does not fit in {fieldSize} bytes");
            _found++;
            bool relative = type is ElfRelocationType.Plt32 or ElfRelocationType.PcRelative32;
            Add(at + field, type, symbol, relative ? at + field - end : 0);
        }
    }

    /// <summary>Fills a field: at once when it is the distance to the method's own symbol, else by a relocation.</summary>
    private void Add(int field, ElfRelocationType type, SymbolReference symbol, int fieldToEnd)
    {
        bool own = _definitions.TryGetValue(symbol.Name, out int target) || symbol.Name == Symbol;
        bool local = symbol.Name.StartsWith('.');
        if (local && !own)
            throw Error("AZ3007", $"symbol {symbol.Name} is not defined in this method");

        bool relative = type is ElfRelocationType.Plt32 or ElfRelocationType.PcRelative32;
        if (relative && own)
        {
            long distance = target + symbol.Addend + fieldToEnd - field;
            BinaryPrimitives.WriteInt32LittleEndian(Bytes.AsSpan(field), checked((int)distance));
            return;
        }

        Bytes.AsSpan(field, type == ElfRelocationType.Absolute64 ? 8 : 4).Clear();
        _relocations.Add(local
            ? new UnitRelocation(field, type, Symbol, target + symbol.Addend + fieldToEnd)
            : new UnitRelocation(field, type, symbol.Name, symbol.Addend + fieldToEnd));
    }

    private static bool IsData(Code code)
        => code is Code.DeclareByte or Code.DeclareWord or Code.DeclareDword or Code.DeclareQword or Code.Zero_bytes;
}

/// <summary>A relocation of an assembler method.</summary>
/// <param name="Offset">Of the field, from the method's start.</param>
/// <param name="Type">How it is computed.</param>
/// <param name="Symbol">The global symbol.</param>
/// <param name="Addend">Added to its address.</param>
internal readonly record struct UnitRelocation(int Offset, ElfRelocationType Type, string Symbol, long Addend);
