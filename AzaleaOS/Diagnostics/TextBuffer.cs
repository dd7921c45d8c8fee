using System.Runtime.CompilerServices;

namespace AzaleaOS.Diagnostics;

/// <summary>Formats text into memory of the caller. Never allocates; what does not fit is cut off.</summary>
internal ref struct TextBuffer(Span<byte> memory, int length = 0)
{
    private readonly Span<byte> _memory = memory;
    private int _length = length;

    /// <summary>What follows the last letter of a kind; all of the text if there is none.</summary>
    internal static ReadOnlySpan<byte> BehindLast(ReadOnlySpan<byte> text, byte letter)
    {
        int at = text.Length;
        while (at > 0 && text[at - 1] != letter)
        {
            at--;
        }

        return text[at..];
    }

    /// <summary>How many bytes were written.</summary>
    internal readonly int Length => _length;

    /// <summary>What was written.</summary>
    internal readonly ReadOnlySpan<byte> Written => _memory[.._length];

    /// <summary>Appends one byte.</summary>
    internal void Append(byte value)
    {
        if (_length < _memory.Length) _memory[_length++] = value;
    }

    /// <summary>Appends bytes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Append(scoped ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes) Append(value);
    }

    /// <summary>Appends ASCII text; other characters become question marks.</summary>
    internal void Append(string text)
    {
        foreach (char character in text) Append(character < 0x80 ? (byte)character : (byte)'?');
    }

    /// <summary>Appends a number in decimal.</summary>
    internal void Append(ulong value)
    {
        const int MostDigits = 20;
        Span<byte> digits = stackalloc byte[MostDigits];
        int first = MostDigits;
        do
        {
            ulong rest = value / 10;
            digits[--first] = (byte)('0' + (value - (rest * 10)));
            value = rest;
        }
        while (value != 0);
        Append(digits[first..]);
    }

    /// <summary>Appends a number in decimal, with its sign.</summary>
    internal void Append(long value)
    {
        if (value < 0) Append((byte)'-');
        Append(value < 0 ? 0 - (ulong)value : (ulong)value);
    }

    /// <summary>Appends a number in lower-case hexadecimal, with at least <paramref name="digits"/> digits and no prefix.</summary>
    internal void AppendHex(ulong value, int digits)
    {
        for (int shift = 60; shift >= 0; shift -= 4)
        {
            if (shift >= digits * 4 && value >> shift == 0) continue;
            Append("0123456789abcdef"u8[(int)(value >> shift) & 15]);
        }
    }
}
