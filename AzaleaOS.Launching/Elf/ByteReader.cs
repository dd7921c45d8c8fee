using System.Buffers.Binary;
using System.Text;

namespace AzaleaOS.Build.Elf;

/// <summary>Reads the numbers of DWARF. Past the end it throws <see cref="InvalidDataException"/>.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The next byte, from 0.</summary>
    internal int Position { get; private set; }

    /// <summary>Nothing is left.</summary>
    internal readonly bool AtEnd => Position >= _bytes.Length;

    /// <summary>Bytes that are left.</summary>
    internal readonly int Left => _bytes.Length - Position;

    internal byte U8() => Take(1)[0];

    internal ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    internal uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    internal ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A number of 1, 2, 4 or 8 bytes.</summary>
    internal ulong Unsigned(int size) => size switch
    {
        1 => U8(),
        2 => U16(),
        4 => U32(),
        8 => U64(),
        _ => throw new InvalidDataException($"a number of {size} bytes"),
    };

    /// <summary>DWARF 7.6: unsigned LEB128. Bits beyond the 64th are dropped.</summary>
    internal ulong Uleb()
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = U8();
            if (shift < 64)
                value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
        }
    }

    /// <summary>DWARF 7.6: signed LEB128.</summary>
    internal long Sleb()
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = U8();
            if (shift < 64)
                value |= (long)(b & 0x7f) << shift;
            if (b >= 0x80)
                continue;
            if ((b & 0x40) != 0 && shift + 7 < 64)
                value |= -1L << (shift + 7);
            return value;
        }
    }

    /// <summary>A LEB128 number that must be a small count, offset or index.</summary>
    internal int SmallUleb()
    {
        ulong value = Uleb();
        return value <= int.MaxValue ? (int)value : throw new InvalidDataException($"the number {value} is too large");
    }

    internal string Text()
    {
        int length = _bytes[Position..].IndexOf((byte)0);
        if (length < 0)
            throw new InvalidDataException("a name has no end");
        string text = Encoding.UTF8.GetString(Take(length));
        Position++;
        return text;
    }

    internal ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)Left)
            throw new InvalidDataException("the data ends too early");
        ReadOnlySpan<byte> taken = _bytes.Slice(Position, (int)count);
        Position += (int)count;
        return taken;
    }

    private ReadOnlySpan<byte> Take(int count) => Take((ulong)count);
}
