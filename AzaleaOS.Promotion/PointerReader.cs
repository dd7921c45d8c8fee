using System.Buffers.Binary;

namespace AzaleaOS.Promotion;

/// <summary>Reads what unwinding tables are made of.</summary>
/// <remarks>Sources: DWARF 4, 7.6; Linux Standard Base Core 5.0, 10.5.1 (DW_EH_PE).</remarks>
internal ref struct PointerReader(ReadOnlySpan<byte> bytes, ulong address)
{
    internal const byte Omitted = 0xff;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly ulong _address = address;

    /// <summary>Bytes read so far.</summary>
    internal int Position { get; set; }

    internal readonly bool AtEnd => Position >= _bytes.Length;

    internal byte Byte() => Take(1)[0];

    internal uint Word() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    internal ulong Uleb()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Byte();
            value |= (ulong)(next & 0x7f) << shift;
            if ((next & 0x80) == 0)
                return value;
        }

        throw new InvalidDataException("a number is too long");
    }

    internal void SkipString()
    {
        while (Byte() != 0)
        {
        }
    }

    /// <summary>A pointer in one of the DW_EH_PE forms; indirect ones are not resolved, since they name no code.</summary>
    internal ulong Pointer(byte encoding)
    {
        ulong here = _address + (ulong)Position;
        ulong value = (encoding & 0x0f) switch
        {
            0x00 or 0x04 or 0x0c => BinaryPrimitives.ReadUInt64LittleEndian(Take(8)),
            0x01 => Uleb(),
            0x02 => BinaryPrimitives.ReadUInt16LittleEndian(Take(2)),
            0x03 => Word(),
            0x0a => (ulong)BinaryPrimitives.ReadInt16LittleEndian(Take(2)),
            0x0b => (ulong)(int)Word(),
            _ => throw new InvalidDataException("an unknown form of pointer"),
        };
        return (encoding & 0x70) switch
        {
            0x00 => value,
            0x10 => value == 0 ? 0 : here + value,
            _ => throw new InvalidDataException("an unknown base of a pointer"),
        };
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - Position)
            throw new InvalidDataException("a table ends too early");
        ReadOnlySpan<byte> taken = _bytes.Slice(Position, count);
        Position += count;
        return taken;
    }
}
