using System.Threading;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using SpinLock = AzaleaOS.Diagnostics.SpinLock;

namespace AzaleaOS.Files;

/// <summary>The tree of directories and files that every path starts from.</summary>
/// <remarks>
/// One lock guards all names and attributes. What is done under it looks at a few words for each name of a
/// path, and neither blocks nor touches the application's memory nor frees pages, so it is short; finer locks would
/// have to be taken in an order that renaming a directory changes.
/// </remarks>
internal static unsafe class FileTree
{
    /// <summary>The longest name in a directory: NAME_MAX.</summary>
    internal const int NameMax = 255;

    private static SharedPool<FileNode> s_nodes;
    private static SharedPool<DirectoryEntry> s_entries;
    private static ulong s_inodes;
    private static long s_nodeCount;
    private static SpinLock s_lock;
    private static nint s_deferred;

    /// <summary>The directory "/".</summary>
    internal static FileNode* Root { get; private set; }

    /// <summary>The file behind every open file that has none of its own, such as an eventfd: no kind, mode 0600.</summary>
    internal static FileNode* Anonymous { get; private set; }

    /// <summary>Guards names and attributes.</summary>
    internal static ref SpinLock Lock => ref s_lock;

    /// <summary>How many files there are.</summary>
    internal static ulong NodeCount => (ulong)Volatile.Read(ref s_nodeCount);

    /// <summary>Forgets everything and makes an empty root.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Initialize()
    {
        s_nodes = default;
        s_entries = default;
        s_inodes = 0;
        s_nodeCount = 0;
        s_lock = default;
        s_deferred = 0;
        FileTime.Initialize();
        PageIndex.Initialize();
        TextStore.Initialize();
        ExtendedAttributes.Initialize();
        FileLocks.Initialize();
        Root = NewNode(FileMode.Directory | 0x1ed);
        Anonymous = NewNameless(0x180, FileSystemKind.Anonymous);
        return Root != null && Anonymous != null && RecentDirectories.Initialize();
    }

    /// <summary>Makes a file without a name, with one reference for the caller; null when memory is exhausted.</summary>
    /// <param name="mode">Kind and permissions.</param>
    /// <param name="hasTimes">Whether the times are now; without them they are whatever it is when somebody looks.</param>
    internal static FileNode* NewNode(uint mode, bool hasTimes = true)
    {
        FileNode* node = s_nodes.Take();
        if (node != null)
        {
            Interlocked.Increment(ref s_nodeCount);
            node->Mode = mode;
            node->Inode = Interlocked.Increment(ref s_inodes);
            node->Links = node->IsDirectory ? 2u : 0;
            node->Operations = FileOperations.ForKind(node->Kind);
            node->Seals = FileSeals.Seal;
            node->Accessed = node->Modified = node->Changed = node->Born = hasTimes ? FileTime.Now() : default;
            node->References = 1;
        }

        return node;
    }

    /// <summary>Makes a file that never has a name, with one reference for the caller; null when memory is exhausted.</summary>
    internal static FileNode* NewNameless(uint mode, FileSystemKind fileSystem)
    {
        FileNode* node = NewNode(mode);
        if (node != null)
        {
            node->FileSystem = fileSystem;
            node->Links = 1;
        }

        return node;
    }

    /// <summary>Finds a name in a directory. The lock is held.</summary>
    /// <returns>The entry, or null.</returns>
    internal static DirectoryEntry* Find(FileNode* directory, ReadOnlySpan<byte> name) => Find(directory, name, DirectoryIndex.HashOf(name));

    /// <summary>Finds a name in a directory. The lock is held.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="name">The name; not empty.</param>
    /// <param name="hash"><see cref="DirectoryIndex.Hash"/> of its bytes.</param>
    /// <returns>The entry, or null.</returns>
    internal static DirectoryEntry* Find(FileNode* directory, ReadOnlySpan<byte> name, uint hash)
    {
        DirectoryEntry* entry = DirectoryIndex.Find(directory, name, hash);
        NodeOperations* names = directory->Names;
        return names == null || names->Find == null || (entry != null && !(entry->Node->ComesAndGoes && char.IsAsciiDigit((char)name[^1])))
            ? entry
            : names->Find(directory, name, hash, entry);
    }

    /// <summary>Gives a file a name that no file has there. The lock is held.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="name">Not empty, at most <see cref="NameMax"/> bytes, without a slash. It is copied.</param>
    /// <param name="hash"><see cref="DirectoryIndex.Hash"/> of its bytes.</param>
    /// <param name="node">The file; the name refers to it.</param>
    /// <returns>The entry; null when memory is exhausted.</returns>
    internal static DirectoryEntry* Add(FileNode* directory, ReadOnlySpan<byte> name, uint hash, FileNode* node)
    {
        byte* copy = TextStore.Copy(name);
        if (copy == null)
        {
            return null;
        }

        DirectoryEntry* entry = AddLasting(directory, copy, name.Length, hash, node);
        if (entry == null)
        {
            TextStore.Give(copy, name.Length);
            return null;
        }

        entry->OwnsName = true;
        return entry;
    }

    /// <summary>Takes a name away. The lock is held.</summary>
    /// <returns>The file, whose reference by the name is the caller's now: drop it when the lock is free.</returns>
    internal static FileNode* Remove(DirectoryEntry* entry)
    {
        FileNode* node = entry->Node;
        FileNode* directory = entry->Directory;
        RecentDirectories.Forget();
        DirectoryIndex.Remove(entry);
        entry->IsRemoved = true;
        if (node->IsDirectory)
        {
            directory->Links--;
            node->Links = 0;
        }
        else
        {
            node->Links--;
        }

        FileTime.Modify(directory);
        FileTime.Change(node);
        if (node->Entry != entry)
        {
            FreeEntry(entry);
        }

        return node;
    }

    /// <summary>Gives an entry another place and name. The lock is held, and nothing has that name.</summary>
    internal static void Move(DirectoryEntry* entry, FileNode* directory, byte* name, int length)
    {
        FileNode* from = entry->Directory;
        FileNode* node = entry->Node;
        RecentDirectories.Forget();
        DirectoryIndex.Remove(entry);
        FreeName(entry);
        entry->Name = name;
        entry->NameLength = (ushort)length;
        entry->OwnsName = true;
        if (from != directory)
        {
            FileNode.Hold(directory);
            entry->Directory = directory;
            if (node->IsDirectory)
            {
                from->Links--;
                directory->Links++;
            }
        }

        DirectoryIndex.Insert(entry, DirectoryIndex.HashOf(entry->Text));
        Become(node, entry);
        FileTime.Modify(from);
        FileTime.Modify(directory);
        if (from != directory)
        {
            // Not the last reference: the directory has a name, or is where somebody is.
            FileNode.Drop(from);
        }
    }

    /// <summary>Two entries exchange their files. The lock is held.</summary>
    internal static void Exchange(DirectoryEntry* a, DirectoryEntry* b)
    {
        RecentDirectories.Forget();
        FileNode* left = a->Node;
        FileNode* right = b->Node;
        if (a->Directory != b->Directory && left->IsDirectory != right->IsDirectory)
        {
            (left->IsDirectory ? a : b)->Directory->Links--;
            (left->IsDirectory ? b : a)->Directory->Links++;
        }

        a->Node = right;
        b->Node = left;
        Become(right, a);
        Become(left, b);
        FileTime.Modify(a->Directory);
        FileTime.Modify(b->Directory);
        FileTime.Change(left);
        FileTime.Change(right);
    }

    /// <summary>Gives a file a name that lasts; a file that had the name loses it. For what the kernel makes while it starts.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="name">Not empty, at most <see cref="NameMax"/> bytes, without a slash; it must stay where it is.</param>
    /// <param name="length">Bytes of the name.</param>
    /// <param name="node">The file; the caller's reference becomes the name's.</param>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Link(FileNode* directory, byte* name, int length, FileNode* node)
    {
        uint hash = DirectoryIndex.HashOf(new ReadOnlySpan<byte>(name, length));
        DirectoryEntry* known = DirectoryIndex.Find(directory, new ReadOnlySpan<byte>(name, length), hash);
        FileNode* loser = known == null ? null : Remove(known);
        DirectoryEntry* entry = AddLasting(directory, name, length, hash, node);
        FileNode.Drop(loser);
        if (entry != null)
        {
            Interlocked.Decrement(ref node->References);
        }

        return entry != null;
    }

    /// <summary>Makes a directory with a name that lasts; null when memory is exhausted.</summary>
    internal static FileNode* MakeDirectory(FileNode* parent, byte* name, int length, uint permissions)
    {
        FileNode* made = NewNode(FileMode.Directory | permissions);
        return made != null && Link(parent, name, length, made) ? made : null;
    }

    /// <summary>Drops a reference where nothing can be freed, because a lock is held. <see cref="DropDeferred"/> follows.</summary>
    internal static void DropLater(FileNode* node)
    {
        if (Interlocked.Decrement(ref node->References) != 0)
        {
            return;
        }

        // Nothing refers to it, so that its links are free.
        nint first;
        do
        {
            first = Volatile.Read(ref s_deferred);
            node->Object = (void*)first;
        }
        while (Interlocked.CompareExchange(ref s_deferred, (nint)node, first) != first);
    }

    /// <summary>Frees what is not referred to any more. No lock is held.</summary>
    internal static void DropDeferred()
    {
        if (Volatile.Read(ref s_deferred) == 0)
        {
            return;
        }

        FileNode* node = (FileNode*)Interlocked.Exchange(ref s_deferred, 0);
        while (node != null)
        {
            FileNode* next = (FileNode*)node->Object;
            node->Object = null;
            FileNode.Drop(Free(node));
            node = next;
        }
    }

    /// <summary>Frees a file that nothing refers to.</summary>
    /// <returns>The directory in which it had its name, from which a reference is to be dropped; or null.</returns>
    internal static FileNode* Free(FileNode* node)
    {
        if (node->IsRegular)
        {
            FileContents.Free(node);
        }
        else if (node->IsSymbolicLink && node->DataSize != 0)
        {
            TextStore.Give(node->Data, (int)node->DataSize);
        }

        ExtendedAttributes.Free(node);
        FileNode* directory = null;
        DirectoryEntry* entry = node->Entry;
        if (entry != null)
        {
            directory = entry->Directory;
            FreeName(entry);
            s_entries.Return(entry);
        }

        s_nodes.Return(node);
        Interlocked.Decrement(ref s_nodeCount);
        return directory;
    }

    /// <summary>As <see cref="Add"/>, for a name that stays where it is and need not be copied.</summary>
    internal static DirectoryEntry* AddLasting(FileNode* directory, byte* name, int length, uint hash, FileNode* node)
    {
        DirectoryEntry* entry = s_entries.Take();
        if (entry == null)
        {
            return null;
        }

        entry->Name = name;
        entry->NameLength = (ushort)length;
        entry->Node = node;
        entry->Directory = directory;
        FileNode.Hold(directory);
        FileNode.Hold(node);
        DirectoryIndex.Insert(entry, hash);
        Become(node, entry);
        if (node->IsDirectory)
        {
            directory->Links++;
        }
        else
        {
            node->Links++;
        }

        FileTime.Modify(directory);
        return entry;
    }

    // The name that a file got last is the one it is known by.
    private static void Become(FileNode* node, DirectoryEntry* entry)
    {
        DirectoryEntry* old = node->Entry;
        node->Entry = entry;
        if (old != null && old->IsRemoved)
        {
            FreeEntry(old);
        }
    }

    private static void FreeEntry(DirectoryEntry* entry)
    {
        FileNode* directory = entry->Directory;
        FreeName(entry);
        s_entries.Return(entry);
        FileNode.Drop(directory);
    }

    private static void FreeName(DirectoryEntry* entry)
    {
        if (entry->OwnsName)
        {
            TextStore.Give(entry->Name, entry->NameLength);
        }

        entry->OwnsName = false;
    }
}
