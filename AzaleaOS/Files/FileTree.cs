using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>The tree of directories and files that every path starts from.</summary>
/// <remarks>Only grows: entries are added and replaced while the kernel starts, and read afterwards.</remarks>
internal static unsafe class FileTree
{
    /// <summary>The longest name in a directory: NAME_MAX.</summary>
    internal const int NameMax = 255;

    private static ObjectPool<FileNode> s_nodes;
    private static ObjectPool<DirectoryEntry> s_entries;
    private static ulong s_inodes;

    /// <summary>The directory "/".</summary>
    internal static FileNode* Root { get; private set; }

    /// <summary>The file behind every open file that has none of its own, such as an eventfd: no kind, mode 0600.</summary>
    internal static FileNode* Anonymous { get; private set; }

    /// <summary>How many files there are.</summary>
    internal static ulong NodeCount => s_inodes;

    /// <summary>Forgets everything and makes an empty root.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Initialize()
    {
        s_nodes = default;
        s_entries = default;
        s_inodes = 0;
        Root = NewNode(FileMode.Directory | 0x1ed);
        Anonymous = NewNode(0x180);
        if (Root != null)
        {
            Root->Parent = Root;
        }

        return Root != null && Anonymous != null;
    }

    /// <summary>Makes a file without a name; null when memory is exhausted.</summary>
    internal static FileNode* NewNode(uint mode)
    {
        FileNode* node = s_nodes.Take();
        if (node != null)
        {
            node->Mode = mode;
            node->Inode = ++s_inodes;
            node->Links = node->IsDirectory ? 2u : 0;
            node->Operations = FileOperations.ForKind(node->Kind);
        }

        return node;
    }

    /// <summary>Finds a name in a directory.</summary>
    /// <returns>The entry, or null.</returns>
    internal static DirectoryEntry* Find(FileNode* directory, ReadOnlySpan<byte> name)
    {
        uint hash = HashOf(name);
        DirectoryEntry* entry = directory->SearchRoot;
        while (entry != null)
        {
            int order = Compare(hash, name, entry);
            if (order == 0)
            {
                return entry;
            }

            entry = order < 0 ? entry->Before : entry->After;
        }

        return null;
    }

    /// <summary>Gives a file a name; a file that had the name loses it.</summary>
    /// <param name="directory">Where.</param>
    /// <param name="name">Not empty, at most <see cref="NameMax"/> bytes, without a slash; it must stay where it is.</param>
    /// <param name="length">Bytes of the name.</param>
    /// <param name="node">The file.</param>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Link(FileNode* directory, byte* name, int length, FileNode* node)
    {
        ReadOnlySpan<byte> text = new(name, length);
        DirectoryEntry* entry = Find(directory, text);
        if (entry == null)
        {
            entry = NewEntry(directory, name, length);
            if (entry == null)
            {
                return false;
            }
        }
        else
        {
            Unlink(directory, entry->Node);
        }

        entry->Node = node;
        node->Parent = directory;
        node->Entry = entry;
        if (node->IsDirectory)
        {
            directory->Links++;
        }
        else
        {
            node->Links++;
        }

        return true;
    }

    /// <summary>Makes a directory with a name that lasts; null when memory is exhausted.</summary>
    internal static FileNode* MakeDirectory(FileNode* parent, byte* name, int length, uint permissions)
    {
        FileNode* made = NewNode(FileMode.Directory | permissions);
        return made != null && Link(parent, name, length, made) ? made : null;
    }

    private static void Unlink(FileNode* directory, FileNode* node)
    {
        if (node->IsDirectory)
        {
            directory->Links--;
        }
        else
        {
            node->Links--;
        }
    }

    private static DirectoryEntry* NewEntry(FileNode* directory, byte* name, int length)
    {
        DirectoryEntry* added = s_entries.Take();
        if (added == null)
        {
            return null;
        }

        ReadOnlySpan<byte> text = new(name, length);
        added->Name = name;
        added->NameLength = length;
        added->Hash = HashOf(text);
        DirectoryEntry** place = &directory->SearchRoot;
        while (*place != null)
        {
            place = Compare(added->Hash, text, *place) < 0 ? &(*place)->Before : &(*place)->After;
        }

        *place = added;

        // Positions 1 and 2 are behind "." and "..".
        DirectoryEntry* last = directory->LastEntry;
        added->Position = last == null ? 3 : last->Position + 1;
        *(last == null ? &directory->FirstEntry : &last->Next) = added;
        directory->LastEntry = added;
        return added;
    }

    private static int Compare(uint hash, ReadOnlySpan<byte> name, DirectoryEntry* entry)
        => hash != entry->Hash ? (hash < entry->Hash ? -1 : 1) : name.SequenceCompareTo(entry->Text);

    // FNV-1a: names come in sorted order, hashes do not, so the search tree stays flat without turning it.
    private static uint HashOf(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261;
        foreach (byte letter in name)
        {
            hash = (hash ^ letter) * 16777619;
        }

        return hash * 0x9e3779b1;
    }
}
