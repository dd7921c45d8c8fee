using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace AzaleaOS.Files.Reports;

/// <summary>The parts of a line of <see cref="ReportTable"/>.</summary>
internal static unsafe class ReportLine
{
    /// <summary>What a line's name is followed by, or what it begins with: what kind of line it is.</summary>
    internal static byte* Mark(byte* line)
    {
        // Nearly all letters of names are in the range that has no mark.
        while (*line is (>= (byte)'A' and <= (byte)'z') or not ((byte)'\n' or (byte)'!' or (byte)'*' or (byte)'/' or (byte)':' or (byte)';' or (byte)'=' or (byte)'>' or (byte)'@' or (byte)'|' or (byte)'~'))
        {
            line++;
        }

        return line;
    }

    /// <summary>The line after it.</summary>
    internal static byte* Next(byte* line)
    {
        // Aligned, so that nothing is read that lies in a page of its own.
        byte* at = (byte*)((nuint)line & ~(nuint)(Vector128<byte>.Count - 1));
        uint ends = Ends(at) & (uint.MaxValue << (int)(line - at));
        while (ends == 0)
        {
            at += Vector128<byte>.Count;
            ends = Ends(at);
        }

        return at + BitOperations.TrailingZeroCount(ends) + 1;
    }

    /// <summary>The next value in a template, or its end.</summary>
    internal static byte* ValueOrEnd(byte* template)
    {
        byte* at = (byte*)((nuint)template & ~(nuint)(Vector128<byte>.Count - 1));
        uint found = (Ends(at) | Values(at)) & (uint.MaxValue << (int)(template - at));
        while (found == 0)
        {
            at += Vector128<byte>.Count;
            found = Ends(at) | Values(at);
        }

        return at + BitOperations.TrailingZeroCount(found);
    }

    private static uint Values(byte* at) => Vector128.Equals(Vector128.Load(at), Vector128.Create((byte)'%')).ExtractMostSignificantBits();

    /// <summary>A bit for each of sixteen bytes that ends a line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint Ends(byte* at) => Vector128.Equals(Vector128.Load(at), Vector128.Create((byte)'\n')).ExtractMostSignificantBits();
}
