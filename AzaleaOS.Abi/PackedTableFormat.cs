namespace AzaleaOS.Abi;

/// <summary>
/// How the symbol table lies in the kernel's image: packed by the build, unpacked by the kernel when it first reports a fault.
/// </summary>
/// <remarks>
/// Little-endian: u32 magic, u32 bytes of the unpacked table, and a stream of binary decisions in an adaptive range code: the
/// range begins as 2^32 - 1, the code with the stream's bytes 1 to 4 (byte 0 is zero), both grow by a byte when the range is below
/// 2^24. A decision's model is the probability of 0 in 2^<see cref="ProbabilityBits"/>, at first one half; it moves by
/// 1 / 2^<see cref="AdaptationShift"/> of what is left.
///
/// Until the table is whole: a decision in <see cref="Kinds"/> by what came before, 0 for a literal byte, 1 for a match. A literal is
/// eight decisions, highest bit first, in a tree of <see cref="LiteralTree"/> chosen by the upper bits of the byte before. A match: a
/// decision in <see cref="Repeats"/> by what came before, 1 if its distance is the last one's; then the number "length less the
/// shortest" in <see cref="Lengths"/>, in the second model for a repeat, whose shortest is 1, others' 2; then, if it is no repeat, the
/// number "distance less 1" in one of three models of <see cref="Distances"/>, for lengths 2, 3 and more.
///
/// A number n is the highest set bit of n + 1 in five decisions, and the bits below it, the first <see cref="ModelledBits"/> of them
/// in a tree, each of the others in a model of its place.
/// </remarks>
public static class PackedTableFormat
{
    /// <summary>"AZSP".</summary>
    public const uint Magic = 0x5053_5a41;

    /// <summary>Bytes before the stream.</summary>
    public const int HeaderSize = 8;

    /// <summary>Most bytes of an unpacked table: what the kernel keeps room for.</summary>
    public const int MaximumLength = 112 << 10;

    /// <summary>Bits of a probability.</summary>
    public const int ProbabilityBits = 12;

    /// <summary>How slowly a probability follows what happens.</summary>
    public const int AdaptationShift = 5;

    /// <summary>The range is shifted when it is below this.</summary>
    public const uint SmallestRange = 1 << 24;

    /// <summary>The longest match, in bytes.</summary>
    public const int LongestMatch = 255;

    /// <summary>Bits of a number, behind its highest, that a tree predicts.</summary>
    public const int ModelledBits = 3;

    /// <summary>Decisions of a number for its highest bit.</summary>
    public const int HighestBitDecisions = 5;

    /// <summary>Models of a number for the bits below one highest bit.</summary>
    public const int LowerBitModels = 32;

    /// <summary>Models of a number.</summary>
    public const int NumberModels = (1 << HighestBitDecisions) * (LowerBitModels + 1);

    /// <summary>Models of a literal in one tree.</summary>
    public const int LiteralTree = 256;

    /// <summary>Upper bits of the byte before that choose the tree of a literal.</summary>
    public const int LiteralTreeBits = 2;

    /// <summary>Where the models of the decision literal or match begin: after a literal, after a match.</summary>
    public const int Kinds = 0;

    /// <summary>Where the models of the decision about a repeat begin.</summary>
    public const int Repeats = 2;

    /// <summary>Where the models of the lengths begin.</summary>
    public const int Lengths = 4;

    /// <summary>Where the models of the distances begin.</summary>
    public const int Distances = Lengths + (2 * NumberModels);

    /// <summary>Where the trees of literals begin.</summary>
    public const int Literals = Distances + (3 * NumberModels);

    /// <summary>All models.</summary>
    public const int ModelCount = Literals + ((1 << LiteralTreeBits) * LiteralTree);
}
