using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files;

/// <summary>New names, names taken away, names moved: with the conditions and the order of errors of Linux.</summary>
/// <remarks>
/// <see cref="FileTree.Lock"/> is held, and a <see cref="PathWalk"/> stands at its last name. A file that loses a
/// name is handed to the caller, who drops it when the lock is free.
/// Source: Linux, fs/namei.c: filename_create, do_unlinkat, do_rmdir, do_renameat2.
/// </remarks>
internal static unsafe class TreeChanges
{
    /// <summary>RENAME_NOREPLACE.</summary>
    internal const uint NoReplace = 1;

    /// <summary>RENAME_EXCHANGE.</summary>
    internal const uint Exchange = 2;

    /// <summary>RENAME_WHITEOUT.</summary>
    internal const uint Whiteout = 4;

    /// <summary>Whether a file can be made here.</summary>
    /// <returns>0, or -EEXIST, -ENOENT, -ENAMETOOLONG, -EPERM.</returns>
    internal static long CanMake(in PathWalk walk, bool isDirectory)
    {
        if (walk.Last != LastName.Normal)
        {
            return -Errno.EEXIST;
        }

        if (walk.Name.Length > FileTree.NameMax)
        {
            return -Errno.ENAMETOOLONG;
        }

        if (FileTree.Find(walk.Directory, walk.Name, walk.Hash) != null)
        {
            return -Errno.EEXIST;
        }

        // As in Linux, /proc does not even say that a name is free.
        return (walk.HasSlash && !isDirectory) || walk.Directory->Links == 0 || walk.Directory->FileSystem == FileSystemKind.Processes ? -Errno.ENOENT
            : IsGenerated(walk.Directory) ? -Errno.EPERM : 0;
    }

    /// <summary>Gives a file a name, after <see cref="CanMake"/>.</summary>
    /// <returns>0, or -ENOSPC.</returns>
    internal static long Make(in PathWalk walk, FileNode* node)
    {
        node->FileSystem = walk.Directory->FileSystem;
        if ((walk.Directory->Mode & FileMode.SetGroup) != 0)
        {
            node->Group = walk.Directory->Group;
            node->Mode |= node->IsDirectory ? FileMode.SetGroup : 0;
        }

        return FileTree.Add(walk.Directory, walk.Name, walk.Hash, node) == null ? -Errno.ENOSPC : 0;
    }

    /// <summary>unlink.</summary>
    internal static long Unlink(in PathWalk walk, out FileNode* loser)
    {
        loser = null;
        if (walk.Last != LastName.Normal)
        {
            return -Errno.EISDIR;
        }

        long result = FindLast(walk, out DirectoryEntry* entry);
        if (result < 0)
        {
            return result;
        }

        if (entry->Node->IsDirectory || walk.HasSlash)
        {
            return entry->Node->IsDirectory ? -Errno.EISDIR : -Errno.ENOTDIR;
        }

        if (IsGenerated(walk.Directory))
        {
            return -Errno.EPERM;
        }

        loser = FileTree.Remove(entry);
        return 0;
    }

    /// <summary>rmdir.</summary>
    internal static long RemoveDirectory(in PathWalk walk, out FileNode* loser)
    {
        loser = null;
        if (walk.Last != LastName.Normal)
        {
            return walk.Last == LastName.DotDot ? -Errno.ENOTEMPTY : walk.Last == LastName.Dot ? -Errno.EINVAL : -Errno.EBUSY;
        }

        long result = FindLast(walk, out DirectoryEntry* entry);
        if (result < 0)
        {
            return result;
        }

        if (!entry->Node->IsDirectory)
        {
            return -Errno.ENOTDIR;
        }

        if (IsGenerated(walk.Directory))
        {
            return -Errno.EPERM;
        }

        if (IsMountPoint(entry->Node))
        {
            return -Errno.EBUSY;
        }

        if (entry->Node->EntryCount != 0)
        {
            return -Errno.ENOTEMPTY;
        }

        loser = FileTree.Remove(entry);
        return 0;
    }

    /// <summary>link.</summary>
    internal static long Link(FileNode* node, in PathWalk to)
    {
        long result = CanMake(to, isDirectory: false);
        if (result < 0)
        {
            return result;
        }

        if (node->FileSystem != to.Directory->FileSystem)
        {
            return -Errno.EXDEV;
        }

        if (node->IsDirectory)
        {
            return -Errno.EPERM;
        }

        if (node->Links == 0 && !node->CanBeLinked)
        {
            return -Errno.ENOENT;
        }

        if (FileTree.Add(to.Directory, to.Name, to.Hash, node) == null)
        {
            return -Errno.ENOSPC;
        }

        FileTime.Change(node);
        return 0;
    }

    /// <summary>renameat2.</summary>
    /// <param name="from">The old name.</param>
    /// <param name="to">The new one.</param>
    /// <param name="flags">RENAME_ flags, valid ones.</param>
    /// <param name="whiteout">For <see cref="Whiteout"/>: the file that takes the old name.</param>
    /// <param name="loser">A file that was replaced.</param>
    internal static long Rename(in PathWalk from, in PathWalk to, uint flags, FileNode* whiteout, out FileNode* loser)
    {
        loser = null;
        if (from.Directory->FileSystem != to.Directory->FileSystem)
        {
            return -Errno.EXDEV;
        }

        if (from.Last != LastName.Normal)
        {
            return -Errno.EBUSY;
        }

        if (to.Last != LastName.Normal)
        {
            return (flags & NoReplace) != 0 ? -Errno.EEXIST : -Errno.EBUSY;
        }

        long result = FindLast(from, out DirectoryEntry* entry);
        if (result < 0)
        {
            return result;
        }

        if (to.Name.Length > FileTree.NameMax)
        {
            return -Errno.ENAMETOOLONG;
        }

        DirectoryEntry* target = FileTree.Find(to.Directory, to.Name, to.Hash);
        if (target != null && (flags & NoReplace) != 0)
        {
            return -Errno.EEXIST;
        }

        result = CheckKinds(from, to, flags, entry->Node, target == null ? null : target->Node);
        if (result < 0)
        {
            return result;
        }

        if (target != null && target->Node == entry->Node)
        {
            return 0;
        }

        if ((flags & Exchange) != 0)
        {
            FileTree.Exchange(entry, target);
            return 0;
        }

        byte* name = TextStore.Copy(to.Name);
        if (name == null)
        {
            return -Errno.ENOSPC;
        }

        if (whiteout != null)
        {
            // It gets a name in the old directory that nobody sees: that of the file, which leaves at once.
            whiteout->FileSystem = entry->Directory->FileSystem;
            FileNode* directory = entry->Directory;
            if (FileTree.Add(directory, from.Name, from.Hash, whiteout) == null)
            {
                TextStore.Give(name, to.Name.Length);
                return -Errno.ENOSPC;
            }
        }

        if (target != null)
        {
            loser = FileTree.Remove(target);
        }

        FileTime.Change(entry->Node);
        FileTree.Move(entry, to.Directory, name, to.Name.Length);
        return 0;
    }

    private static long CheckKinds(in PathWalk from, in PathWalk to, uint flags, FileNode* source, FileNode* target)
    {
        bool exchanges = (flags & Exchange) != 0;
        if (exchanges)
        {
            if (target == null)
            {
                return -Errno.ENOENT;
            }

            if (!target->IsDirectory && to.HasSlash)
            {
                return -Errno.ENOTDIR;
            }
        }

        if (!source->IsDirectory && (from.HasSlash || (!exchanges && to.HasSlash)))
        {
            return -Errno.ENOTDIR;
        }

        if (IsWithin(to.Directory, source))
        {
            return -Errno.EINVAL;
        }

        if (target != null && IsWithin(from.Directory, target))
        {
            return exchanges ? -Errno.EINVAL : -Errno.ENOTEMPTY;
        }

        if (target == source)
        {
            return 0;
        }

        if (IsGenerated(from.Directory) || IsGenerated(to.Directory))
        {
            return target == null && to.Directory->FileSystem == FileSystemKind.Processes ? -Errno.ENOENT : -Errno.EPERM;
        }

        if (target == null)
        {
            return to.Directory->Links == 0 ? -Errno.ENOENT : 0;
        }

        if (!exchanges && source->IsDirectory != target->IsDirectory)
        {
            return source->IsDirectory ? -Errno.ENOTDIR : -Errno.EISDIR;
        }

        if (IsMountPoint(source) || IsMountPoint(target))
        {
            return -Errno.EBUSY;
        }

        return !exchanges && target->IsDirectory && target->EntryCount != 0 ? -Errno.ENOTEMPTY : 0;
    }

    private static long FindLast(in PathWalk walk, out DirectoryEntry* entry)
    {
        entry = null;
        if (walk.Name.Length > FileTree.NameMax)
        {
            return -Errno.ENAMETOOLONG;
        }

        entry = FileTree.Find(walk.Directory, walk.Name, walk.Hash);
        return entry == null ? -Errno.ENOENT : 0;
    }

    // Whether a file is a directory or one of those above it.
    private static bool IsWithin(FileNode* directory, FileNode* file)
    {
        while (directory != file)
        {
            if (directory->Entry == null)
            {
                return false;
            }

            directory = directory->Entry->Directory;
        }

        return true;
    }

    private static bool IsMountPoint(FileNode* node) => node->Entry != null && node->FileSystem != node->Entry->Directory->FileSystem;

    private static bool IsGenerated(FileNode* directory) => directory->FileSystem is FileSystemKind.Processes or FileSystemKind.System or FileSystemKind.ControlGroups;
}
