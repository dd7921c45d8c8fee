namespace AzaleaOS.Diagnostics;

/// <summary>Reads the notation of <see cref="Abi.SymbolTableFormat"/>. Past the end it fails and reads zeros.</summary>
internal ref struct SymbolTableCursor(ReadOnlySpan<byte> bytes, int position)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position = position;

    /// <summary>Something was asked for that is not there; everything read since is worthless.</summary>
    internal bool Failed { get; private set; }

    /// <summary>Nothing is left, or reading failed.</summary>
    internal readonly bool AtEnd => Failed || (uint)_position >= (uint)_bytes.Length;

    /// <summary>What is read next.</summary>
    internal readonly int Position => _position;

    internal byte Byte()
    {
        if (AtEnd)
        {
            Failed = true;
            return 0;
        }

        return _bytes[_position++];
    }

    internal ulong Number()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte b = Byte();
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }

        Failed = true;
        return 0;
    }

    internal long Signed() => Signed(Number());

    /// <summary>A number whose sign is in bit 0.</summary>
    internal static long Signed(ulong number) => (long)(number >> 1) ^ -(long)(number & 1);

    /// <summary>A length and as many bytes.</summary>
    internal ReadOnlySpan<byte> Block()
    {
        ulong length = Number();
        if (Failed || length > (ulong)(_bytes.Length - _position))
        {
            Failed = true;
            return default;
        }

        ReadOnlySpan<byte> block = _bytes.Slice(_position, (int)length);
        _position += (int)length;
        return block;
    }

    /// <summary>Bytes up to a zero.</summary>
    internal ReadOnlySpan<byte> Text()
    {
        int begin = _position;
        while (Byte() != 0)
        {
        }

        return Failed ? default : _bytes[begin..(_position - 1)];
    }
}
