using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace AzaleaOS.Diagnostics;

/// <summary>A line that is only put together when the option <c>verbose</c> was given.</summary>
[InterpolatedStringHandler]
internal ref struct VerboseMessage
{
    private LogMessage _message;

    /// <summary>Starts a line if somebody wants it.</summary>
    public VerboseMessage(int literalLength, int formattedCount, out bool wanted)
    {
        _message = new LogMessage(literalLength, formattedCount);
        wanted = Log.IsVerbose;
    }

    /// <summary>The line so far.</summary>
    [UnscopedRef]
    internal readonly ReadOnlySpan<byte> Written => _message.Written;

    /// <summary>Appends literal text.</summary>
    public void AppendLiteral(string text) => _message.AppendLiteral(text);

    /// <summary>Appends bytes as they are.</summary>
    public void AppendFormatted(scoped ReadOnlySpan<byte> bytes) => _message.AppendFormatted(bytes);

    /// <summary>Appends a number in decimal.</summary>
    public void AppendFormatted(ulong value) => _message.AppendFormatted(value);

    /// <summary>Appends a number in decimal.</summary>
    public void AppendFormatted(long value) => _message.AppendFormatted(value);

    /// <summary>Appends a number in decimal.</summary>
    public void AppendFormatted(int value) => _message.AppendFormatted(value);

    /// <summary>Appends a number in decimal.</summary>
    public void AppendFormatted(uint value) => _message.AppendFormatted(value);

    /// <summary>Appends a number in hexadecimal.</summary>
    public void AppendFormatted(ulong value, string format) => _message.AppendFormatted(value, format);
}
