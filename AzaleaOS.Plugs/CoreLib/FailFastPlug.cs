using System.Diagnostics.CodeAnalysis;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Plugs.CoreLib;

/// <summary><see cref="Environment.FailFast(string)"/> panics with the caller's message.</summary>
[Plug(typeof(Environment))]
public static class FailFastPlug
{
    private const int LongestMessage = 128;

    /// <summary>Panics with the first 128 characters of the message.</summary>
    [DoesNotReturn]
    public static void FailFast(string? message)
    {
        if (message is null)
            Panic.Because("Environment.FailFast"u8);
        Span<byte> text = stackalloc byte[LongestMessage];
        int length = Math.Min(message.Length, LongestMessage);
        for (int i = 0; i < length; i++)
            text[i] = message[i] < 0x80 ? (byte)message[i] : (byte)'?';
        Panic.Because(text[..length]);
    }

    /// <summary>Panics with the message; the exception has nothing to add.</summary>
    [DoesNotReturn]
    public static void FailFast(string? message, Exception? exception) => FailFast(message);
}
