using System.Runtime.CompilerServices;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>Room for names and link targets, in pieces of four sizes.</summary>
/// <remarks>For any thread. What is taken is given back with the length it was taken with.</remarks>
internal static unsafe class TextStore
{
    private static SharedPool<Small> s_small;
    private static SharedPool<Medium> s_medium;
    private static SharedPool<Large> s_large;

    /// <summary>Forgets everything.</summary>
    internal static void Initialize()
    {
        s_small = default;
        s_medium = default;
        s_large = default;
    }

    /// <summary>Copies a text.</summary>
    /// <param name="text">At most a page of bytes.</param>
    /// <returns>The copy; null when memory is exhausted.</returns>
    internal static byte* Copy(ReadOnlySpan<byte> text)
    {
        byte* copy = Take(text.Length);
        if (copy != null)
        {
            text.CopyTo(new Span<byte>(copy, text.Length));
        }

        return copy;
    }

    /// <summary>Takes room.</summary>
    /// <param name="length">At most a page of bytes.</param>
    /// <returns>The first byte; null when memory is exhausted.</returns>
    internal static byte* Take(int length) => length switch
    {
        <= Small.Length => (byte*)s_small.Take(),
        <= Medium.Length => (byte*)s_medium.Take(),
        <= Large.Length => (byte*)s_large.Take(),
        _ => (byte*)KernelPages.Take(),
    };

    /// <summary>Gives room back.</summary>
    internal static void Give(byte* text, int length)
    {
        switch (length)
        {
            case <= Small.Length:
                s_small.Return((Small*)text);
                break;
            case <= Medium.Length:
                s_medium.Return((Medium*)text);
                break;
            case <= Large.Length:
                s_large.Return((Large*)text);
                break;
            default:
                KernelPages.Give(text);
                break;
        }
    }

    [InlineArray(Length)]
    private struct Small
    {
        internal const int Length = 24;

        private byte _first;
    }

    [InlineArray(Length)]
    private struct Medium
    {
        internal const int Length = 64;

        private byte _first;
    }

    [InlineArray(Length)]
    private struct Large
    {
        internal const int Length = 256;

        private byte _first;
    }
}
