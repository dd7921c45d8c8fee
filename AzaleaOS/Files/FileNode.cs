using System.Threading;
using AzaleaOS.Abi.Linux;
using Mutex = AzaleaOS.Threads.Mutex;

namespace AzaleaOS.Files;

/// <summary>A file of any kind: what Linux calls an inode.</summary>
/// <remarks>
/// <para>
/// Guarded by <see cref="FileTree.Lock"/>: names, links, the directory's entries, owner, permissions and extended
/// attributes. By <see cref="DataLock"/>: size and contents; those who only look at the size may read it without,
/// it is one word. Times are written by whoever changes the file, without a lock: the last one wins.
/// </para>
/// <para>
/// A node lives as long as something refers to it: each of its names, each open file, each mapping, a working
/// directory. Directories are referred to by the names in them.
/// </para>
/// </remarks>
internal unsafe struct FileNode
{
    /// <summary>What open gives; null for what cannot be opened.</summary>
    internal FileOperations* Operations;

    /// <summary>For files that the kernel generates; null for the others.</summary>
    internal NodeOperations* Names;

    /// <summary>For the file's kind: the pipe of a FIFO, the socket bound to a name.</summary>
    internal void* Object;

    /// <summary>Kind and permissions: see <see cref="FileMode"/>.</summary>
    internal uint Mode;

    /// <summary>Owner.</summary>
    internal uint User;

    /// <summary>Group.</summary>
    internal uint Group;

    /// <summary>Names that the file has; for a directory 2 and one for each subdirectory, 0 once it is removed.</summary>
    internal uint Links;

    /// <summary>Its number.</summary>
    internal ulong Inode;

    /// <summary>Which file system it belongs to.</summary>
    internal FileSystemKind FileSystem;

    /// <summary>Made by O_TMPFILE without O_EXCL: it may get a name although it has none.</summary>
    internal bool CanBeLinked;

    /// <summary>
    /// Generated, and gone when what it stands for is: a thread, a descriptor, or something below one. The names of the former
    /// end with a number, and whoever finds such a one looks again whether it is there.
    /// </summary>
    internal bool ComesAndGoes;

    /// <summary>F_SEAL_ bits: what can be done to it no more.</summary>
    internal uint Seals;

    /// <summary>Last read.</summary>
    internal Timespec Accessed;

    /// <summary>Last change of the contents.</summary>
    internal Timespec Modified;

    /// <summary>Last change of contents or attributes.</summary>
    internal Timespec Changed;

    /// <summary>When it was made.</summary>
    internal Timespec Born;

    /// <summary>Bytes of a regular file or of a symbolic link's target.</summary>
    internal ulong Size;

    /// <summary>A symbolic link's target, or the bytes that a regular file had in the archive it came from.</summary>
    internal byte* Data;

    /// <summary>Bytes from the file's beginning that are those at <see cref="Data"/> wherever it has no page of its own.</summary>
    internal ulong DataSize;

    /// <summary>Which device, in Linux's encoding, for a device file.</summary>
    internal ulong SpecialDevice;

    /// <summary>A regular file's pages.</summary>
    internal PageIndex Pages;

    /// <summary>Its contents are somewhere else: the pages are those that somebody mapped.</summary>
    internal bool IsForeign;

    /// <summary>Guards the contents of a regular file.</summary>
    internal Mutex DataLock;

    /// <summary>Mappings that show changes to others, and may be written through.</summary>
    internal int WritableMappings;

    /// <summary>All mappings.</summary>
    internal int Mappings;

    /// <summary>Locks on parts of the file or on all of it.</summary>
    internal FileLock* Locks;

    /// <summary>Extended attributes, last name first.</summary>
    internal ExtendedAttribute* Attributes;

    /// <summary>The name it got last, also after that was removed; null for what never had one.</summary>
    internal DirectoryEntry* Entry;

    /// <summary>A directory's entries in the order they were made.</summary>
    internal DirectoryEntry* FirstEntry;

    /// <summary>The last of them.</summary>
    internal DirectoryEntry* LastEntry;

    /// <summary>The same entries as a search tree.</summary>
    internal DirectoryEntry* SearchRoot;

    /// <summary>How many.</summary>
    internal ulong EntryCount;

    /// <summary>How often an entry was taken away: whoever remembers one looks here whether it may still be there.</summary>
    internal ulong Removals;

    /// <summary>Position of the entry made last.</summary>
    internal long LastPosition;

    /// <summary>References; written by compare-and-exchange.</summary>
    internal int References;

    /// <summary>The kind's bits.</summary>
    internal readonly uint Kind => Mode & FileMode.KindMask;

    /// <summary>A directory.</summary>
    internal readonly bool IsDirectory => Kind == FileMode.Directory;

    /// <summary>A symbolic link.</summary>
    internal readonly bool IsSymbolicLink => Kind == FileMode.SymbolicLink;

    /// <summary>A regular file.</summary>
    internal readonly bool IsRegular => Kind == FileMode.Regular;

    /// <summary>The target of a symbolic link that the kernel does not generate.</summary>
    internal readonly ReadOnlySpan<byte> Target => new(Data, (int)Size);

    /// <summary>The directory in which it has its name; the root is its own parent.</summary>
    internal readonly FileNode* Parent => Entry == null ? FileTree.Root : Entry->Directory;

    /// <summary>One more reference, by someone who has one or holds the tree's lock.</summary>
    internal static void Hold(FileNode* node) => Interlocked.Increment(ref node->References);

    /// <summary>Gives a reference back; what nothing refers to is freed. No spin lock is held, unless it has no pages.</summary>
    internal static void Drop(FileNode* node)
    {
        while (node != null && Interlocked.Decrement(ref node->References) == 0)
        {
            node = FileTree.Free(node);
        }
    }
}
