using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace AzaleaOS.Diagnostics;

/// <summary>One line of the kernel, while it is being put together from an interpolated string.</summary>
/// <remarks>
/// The compiler turns <c>Log.Warning($"core {n} is lost")</c> into calls of the methods below. Numbers
/// take the formats <c>x</c> (hexadecimal) and <c>x8</c> (at least eight digits). The line is made on
/// the stack and written in one piece; a part that does not fit is cut off.
/// </remarks>
[InterpolatedStringHandler]
internal ref struct LogMessage
{
    private LineMemory _memory;
    private int _length;

    /// <summary>Starts a line. The parameters are the compiler's estimate of its size.</summary>
    public LogMessage(int literalLength, int formattedCount)
    {
        Unsafe.SkipInit(out _memory);
        _length = 0;
    }

    /// <summary>The line so far.</summary>
    [UnscopedRef]
    internal readonly ReadOnlySpan<byte> Written => ((ReadOnlySpan<byte>)_memory)[.._length];

    /// <summary>Appends literal text.</summary>
    public void AppendLiteral(string text)
    {
        TextBuffer buffer = new(_memory, _length);
        buffer.Append(text);
        _length = buffer.Length;
    }

    /// <summary>Appends bytes as they are.</summary>
    public void AppendFormatted(scoped ReadOnlySpan<byte> bytes)
    {
        TextBuffer buffer = new(_memory, _length);
        buffer.Append(bytes);
        _length = buffer.Length;
    }

    /// <summary>Appends a number in decimal.</summary>
    public void AppendFormatted(ulong value)
    {
        TextBuffer buffer = new(_memory, _length);
        buffer.Append(value);
        _length = buffer.Length;
    }

    /// <summary>Appends a number in decimal.</summary>
    public void AppendFormatted(long value)
    {
        TextBuffer buffer = new(_memory, _length);
        buffer.Append(value);
        _length = buffer.Length;
    }

    /// <summary>Appends a number in decimal.</summary>
    public void AppendFormatted(int value) => AppendFormatted((long)value);

    /// <summary>Appends a number in decimal.</summary>
    public void AppendFormatted(uint value) => AppendFormatted((ulong)value);

    /// <summary>Appends a number in hexadecimal.</summary>
    /// <param name="value">The number.</param>
    /// <param name="format">"x", or "x" and the least number of digits.</param>
    public void AppendFormatted(ulong value, string format)
    {
        int digits = 0;
        for (int i = 1; i < format.Length; i++) digits = (digits * 10) + format[i] - '0';
        TextBuffer buffer = new(_memory, _length);
        buffer.AppendHex(value, digits == 0 ? 1 : digits);
        _length = buffer.Length;
    }

    [InlineArray(Capacity)]
    private struct LineMemory
    {
        private const int Capacity = 320;
        private byte _first;
    }
}
