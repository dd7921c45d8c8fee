using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>Follows paths through the tree.</summary>
internal static unsafe class PathWalker
{
    // Linux's limit of symbolic links in one path (include/linux/namei.h, MAXSYMLINKS).
    private const int MaxLinks = 40;

    /// <summary>Finds the file that a path names.</summary>
    /// <param name="start">Where a relative path starts: a directory.</param>
    /// <param name="path">The path.</param>
    /// <param name="follow">Whether a symbolic link at the end is followed; with a slash behind it, it always is.</param>
    /// <param name="node">The file.</param>
    /// <returns>0, or -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG.</returns>
    internal static long Walk(FileNode* start, ReadOnlySpan<byte> path, bool follow, out FileNode* node)
    {
        node = null;
        if (path.IsEmpty)
        {
            return -Errno.ENOENT;
        }

        if (path.Length >= UserMemory.PathMax)
        {
            return -Errno.ENAMETOOLONG;
        }

        Rest* rests = stackalloc Rest[MaxLinks];
        int depth = 0;
        int links = 0;
        fixed (byte* first = path)
        {
            byte* at = first;
            byte* end = first + path.Length;
            FileNode* here = *at == '/' ? FileTree.Root : start;
            while (true)
            {
                while (at < end && *at == '/')
                {
                    at++;
                }

                if (at == end)
                {
                    if (depth == 0)
                    {
                        node = here;
                        return 0;
                    }

                    depth--;
                    at = rests[depth].First;
                    end = rests[depth].End;
                }
                else
                {
                    byte* name = at;
                    while (at < end && *at != '/')
                    {
                        at++;
                    }

                    long result = Step(here, new ReadOnlySpan<byte>(name, (int)(at - name)), out FileNode* next);
                    if (result < 0)
                    {
                        return result;
                    }

                    // The last link of a path is followed if asked for; a link inside a link always.
                    if (!next->IsSymbolicLink || (at == end && depth == 0 && !follow))
                    {
                        here = next;
                    }
                    else if (++links > MaxLinks)
                    {
                        return -Errno.ELOOP;
                    }
                    else
                    {
                        if (at < end)
                        {
                            rests[depth++] = new Rest(at, end);
                        }

                        at = next->Data;
                        end = at + next->Size;
                        here = *at == '/' ? FileTree.Root : here;
                        continue;
                    }
                }

                // A slash behind a name asks for a directory.
                if (at < end && !here->IsDirectory)
                {
                    return -Errno.ENOTDIR;
                }
            }
        }
    }

    private static long Step(FileNode* directory, ReadOnlySpan<byte> name, out FileNode* next)
    {
        next = directory;
        if (name.SequenceEqual("."u8))
        {
            return 0;
        }

        if (name.SequenceEqual(".."u8))
        {
            next = directory->Parent;
            return 0;
        }

        if (name.Length > FileTree.NameMax)
        {
            return -Errno.ENAMETOOLONG;
        }

        DirectoryEntry* entry = FileTree.Find(directory, name);
        next = entry == null ? null : entry->Node;
        return entry == null ? -Errno.ENOENT : 0;
    }

    /// <summary>Finds the directory in which a path's last name lies or would lie.</summary>
    /// <param name="start">Where a relative path starts: a directory.</param>
    /// <param name="path">The path.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="name">The last name, without slashes; "." and ".." are possible, empty for "/".</param>
    /// <returns>0, or -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG.</returns>
    internal static long WalkToParent(FileNode* start, ReadOnlySpan<byte> path, out FileNode* directory, out ReadOnlySpan<byte> name)
    {
        directory = null;
        name = path.TrimEnd((byte)'/');
        if (path.IsEmpty)
        {
            return -Errno.ENOENT;
        }

        int slash = name.LastIndexOf((byte)'/');
        ReadOnlySpan<byte> parent = slash >= 0 ? path[..(slash + 1)] : path[0] == '/' ? "/"u8 : "."u8;
        name = name[(slash + 1)..];
        long result = Walk(start, parent, follow: true, out directory);
        return result < 0 ? result : directory->IsDirectory ? 0 : -Errno.ENOTDIR;
    }

    /// <summary>Writes the absolute path of a file, without symbolic links.</summary>
    /// <param name="node">The file.</param>
    /// <param name="to">Where; the path is put at its end.</param>
    /// <returns>Bytes of the path, or -ERANGE.</returns>
    internal static long PathOf(FileNode* node, Span<byte> to)
    {
        int at = to.Length;
        if (node == FileTree.Root && at > 0)
        {
            to[--at] = (byte)'/';
        }

        for (; node != FileTree.Root; node = node->Parent)
        {
            ReadOnlySpan<byte> name = node->Entry->Text;
            if (at < name.Length + 1)
            {
                return -Errno.ERANGE;
            }

            at -= name.Length;
            name.CopyTo(to[at..]);
            to[--at] = (byte)'/';
        }

        return at == to.Length ? -Errno.ERANGE : to.Length - at;
    }

    // What is left of a path while a symbolic link in it is followed. It begins with a slash.
    private readonly struct Rest(byte* first, byte* end)
    {
        internal readonly byte* First = first;
        internal readonly byte* End = end;
    }
}
