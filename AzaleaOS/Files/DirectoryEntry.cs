namespace AzaleaOS.Files;

/// <summary>A name in a directory. Guarded by the tree's lock.</summary>
/// <remarks>
/// Refers to its file and to its directory. When it is removed, and its file is still in use, it stays with the
/// file to say how it was called: <see cref="FileNode.Entry"/>.
/// </remarks>
internal unsafe struct DirectoryEntry
{
    /// <summary>The name's first byte.</summary>
    internal byte* Name;

    /// <summary>Bytes of the name.</summary>
    internal ushort NameLength;

    /// <summary>The name is in <see cref="TextStore"/>, not in an archive or in the kernel.</summary>
    internal bool OwnsName;

    /// <summary>It is in no directory any more.</summary>
    internal bool IsRemoved;

    /// <summary>Hash of the name: the order of the search tree.</summary>
    internal uint Hash;

    /// <summary>The file.</summary>
    internal FileNode* Node;

    /// <summary>Where.</summary>
    internal FileNode* Directory;

    /// <summary>Where getdents64 goes on behind this entry.</summary>
    internal long Position;

    /// <summary>The next entry in the order they were made.</summary>
    internal DirectoryEntry* Next;

    /// <summary>The previous one.</summary>
    internal DirectoryEntry* Previous;

    /// <summary>Entries before this one in the order of hash and name.</summary>
    internal DirectoryEntry* Before;

    /// <summary>Entries after it.</summary>
    internal DirectoryEntry* After;

    /// <summary>The name.</summary>
    internal readonly ReadOnlySpan<byte> Text => new(Name, NameLength);

    /// <summary>The search tree is a heap of these, so that it is flat whatever was added and removed in which order.</summary>
    internal readonly uint Priority => (Hash ^ (Hash >> 15)) * 0x2c1b_3c6d;
}
