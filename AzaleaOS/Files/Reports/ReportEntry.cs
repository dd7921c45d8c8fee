namespace AzaleaOS.Files.Reports;

/// <summary>What a generated file is: <see cref="FileNode.Object"/> has it in one word.</summary>
internal readonly unsafe struct ReportEntry
{
    private const int LineBits = 16;
    private const int NumberBits = 20;

    private readonly ulong _word;

    /// <summary>That of a file.</summary>
    internal ReportEntry(FileNode* node) => _word = (ulong)node->Object;

    /// <summary>That of a new file.</summary>
    /// <param name="line">Its line, or the head of its section.</param>
    /// <param name="argument">What the names on its path say of numbers.</param>
    internal ReportEntry(byte* line, ulong argument) => _word = (ulong)(line - ReportTable.First) | (argument << LineBits);

    /// <summary>Its line; for a directory, the head of its section.</summary>
    internal byte* Line => ReportTable.First + (ushort)_word;

    /// <summary>What the name of a file that is no directory is followed by in its line.</summary>
    internal static byte* MarkOf(FileNode* node)
    {
        // Files with numbers for names have nothing but the number; the others are called as the table has them, and keep that name.
        byte* line = new ReportEntry(node).Line;
        return line + (*line == '#' ? 2 : node->Entry->NameLength);
    }

    /// <summary>The numbers in the names on its path, the last one in the low bits: a thread, a core, a cache.</summary>
    internal ulong Argument => _word >> LineBits;

    /// <summary>As <see cref="FileNode.Object"/>.</summary>
    internal void* Object => (void*)_word;

    /// <summary>The argument below a numbered name.</summary>
    internal static ulong Append(ulong argument, int number) => (argument << NumberBits) | (uint)number;

    /// <summary>The last number in an argument.</summary>
    internal static int Last(ulong argument) => (int)(argument & ((1UL << NumberBits) - 1));

    /// <summary>The number before it.</summary>
    internal static int First(ulong argument) => (int)(argument >> NumberBits);
}
