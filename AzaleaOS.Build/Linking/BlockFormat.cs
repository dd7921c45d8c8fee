namespace AzaleaOS.Build.Linking;

/// <summary>How a segment of a packed kernel lies in the file: a sequence of tokens of one byte, each with what it needs behind it.</summary>
/// <remarks>
/// A token's lower <see cref="RunBits"/> bits count literals, which follow it. Its upper bits are a number in the list of
/// <see cref="Groups"/>, one for each length of each group, and say what is copied behind those literals, from how far back. The
/// distance is the group's farthest less the number in the bytes that follow, lowest byte first; a repeat has the last distance, and no bytes.
///
/// What is shorter than <see cref="CopiedAtOnce"/> is copied as that many bytes, so its distance is not less than its length, and
/// there are as many bytes up to the segment's end. Lengths 0 and -1 are another byte: 0, so many bytes of the last distance, which is 4 or
/// more; -1, so many more literals, or the end if there are none. Longer matches go on as repeats without literals.
///
/// The format is made for few instructions in <see cref="Unpacker"/>: everything about a token is looked up, and only
/// repeats take a branch.
/// </remarks>
internal static class BlockFormat
{
    /// <summary>Bits of a token that count literals.</summary>
    internal const int RunBits = 2;

    /// <summary>The most literals that a token counts.</summary>
    internal const int LongestRun = (1 << RunBits) - 1;

    /// <summary>The length that stands for a byte with the count of more literals.</summary>
    internal const int Literals = -1;

    /// <summary>The length that stands for a byte with the length of a repeat.</summary>
    internal const int LongRepeat = 0;

    /// <summary>The most that such a byte counts.</summary>
    internal const int LongestCount = byte.MaxValue;

    /// <summary>The least distance of a <see cref="LongRepeat"/>, which is copied in so many bytes at once.</summary>
    internal const int LeastLongDistance = 4;

    /// <summary>Bytes that are copied for any other match.</summary>
    internal const int CopiedAtOnce = 16;

    /// <summary>All tokens.</summary>
    internal const int TokenCount = 256;

    /// <summary>Tokens of one distance, by rising length.</summary>
    /// <param name="DistanceBytes">Bytes behind the token and its literals: 0 for repeats, 1 or 2.</param>
    /// <param name="Farthest">The largest distance; 0 for repeats.</param>
    /// <param name="Shortest">The first length.</param>
    /// <param name="Longest">The last one.</param>
    internal readonly record struct Group(int DistanceBytes, int Farthest, int Shortest, int Longest)
    {
        /// <summary>The least distance.</summary>
        internal int Nearest => Math.Max(1, Farthest - (1 << (8 * DistanceBytes)) + 1);
    }

    /// <summary>The groups, repeats first. What is frequent in kernels has tokens here, as found by trying; all together are as many as tokens have upper bits for.</summary>
    internal static readonly Group[] Groups =
    [
        new(0, 0, Literals, 14),
        new(1, 256, 2, 11),
        new(1, 512, 2, 7),
        new(1, 768, 2, 4),
        new(2, 66_000, 3, 16),
        new(2, 131_072, 3, 8),
        new(2, 196_608, 3, 7),
        new(2, 262_000, 3, 6),
    ];

    /// <summary>The upper bits of the first token of each group, as a number.</summary>
    internal static readonly int[] FirstEntries = [.. Groups.Select((_, i) => Groups.Take(i).Sum(g => g.Longest - g.Shortest + 1))];

    /// <summary>The token of a group and a length, without literals.</summary>
    internal static int Token(int group, int length) => (FirstEntries[group] + length - Groups[group].Shortest) << RunBits;
}
