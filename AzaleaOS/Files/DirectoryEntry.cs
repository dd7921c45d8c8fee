namespace AzaleaOS.Files;

/// <summary>A name in a directory.</summary>
internal unsafe struct DirectoryEntry
{
    /// <summary>The name's first byte.</summary>
    internal byte* Name;

    /// <summary>Bytes of the name.</summary>
    internal int NameLength;

    /// <summary>Hash of the name: the order of the search tree.</summary>
    internal uint Hash;

    /// <summary>The file.</summary>
    internal FileNode* Node;

    /// <summary>Where getdents64 goes on behind this entry.</summary>
    internal long Position;

    /// <summary>The next entry in the order they were made.</summary>
    internal DirectoryEntry* Next;

    /// <summary>Entries before this one in the order of hash and name.</summary>
    internal DirectoryEntry* Before;

    /// <summary>Entries after it.</summary>
    internal DirectoryEntry* After;

    /// <summary>The name.</summary>
    internal readonly ReadOnlySpan<byte> Text => new(Name, NameLength);
}
