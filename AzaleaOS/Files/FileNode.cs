using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files;

/// <summary>A file of any kind: what Linux calls an inode.</summary>
/// <remarks>Bytes and names lie where they came from, in the archive; a node only points there.</remarks>
internal unsafe struct FileNode
{
    /// <summary>Kind and permissions: see <see cref="FileMode"/>.</summary>
    internal uint Mode;

    /// <summary>Owner.</summary>
    internal uint User;

    /// <summary>Group.</summary>
    internal uint Group;

    /// <summary>Names that the file has; for a directory 2 and one for each subdirectory.</summary>
    internal uint Links;

    /// <summary>Its number.</summary>
    internal ulong Inode;

    /// <summary>Last change of the contents, seconds since 1970 UTC.</summary>
    internal long Modified;

    /// <summary>A regular file's bytes or a symbolic link's target.</summary>
    internal byte* Data;

    /// <summary>How many.</summary>
    internal ulong Size;

    /// <summary>Which device, in Linux's encoding, for a device file.</summary>
    internal ulong SpecialDevice;

    /// <summary>What open gives; null for what cannot be opened.</summary>
    internal FileOperations* Operations;

    /// <summary>What a FIFO or a socket leads to while somebody has it open.</summary>
    internal void* Object;

    /// <summary>The directory of the name it got last; the root is its own parent.</summary>
    internal FileNode* Parent;

    /// <summary>That name; null for the root.</summary>
    internal DirectoryEntry* Entry;

    /// <summary>A directory's entries in the order they were made.</summary>
    internal DirectoryEntry* FirstEntry;

    /// <summary>The last of them.</summary>
    internal DirectoryEntry* LastEntry;

    /// <summary>The same entries as a search tree.</summary>
    internal DirectoryEntry* SearchRoot;

    /// <summary>The kind's bits.</summary>
    internal readonly uint Kind => Mode & FileMode.KindMask;

    /// <summary>A directory.</summary>
    internal readonly bool IsDirectory => Kind == FileMode.Directory;

    /// <summary>A symbolic link.</summary>
    internal readonly bool IsSymbolicLink => Kind == FileMode.SymbolicLink;

    /// <summary>A regular file.</summary>
    internal readonly bool IsRegular => Kind == FileMode.Regular;
}
