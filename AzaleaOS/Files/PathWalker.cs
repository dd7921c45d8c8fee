using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Files;

/// <summary>Whole paths: the file that one names, and the one that names a file.</summary>
internal static unsafe class PathWalker
{
    /// <summary>Finds the file that a path names, from the kernel's own root.</summary>
    /// <param name="start">Where a relative path starts: a directory.</param>
    /// <param name="path">The path.</param>
    /// <param name="follow">Whether a symbolic link at the end is followed; with a slash behind it, it always is.</param>
    /// <param name="node">The file. Nothing is counted: for those who know that nobody removes it.</param>
    /// <returns>0, or -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG.</returns>
    internal static long Walk(FileNode* start, ReadOnlySpan<byte> path, bool follow, out FileNode* node)
        => Walk(FileTree.Root, start, path, follow, hold: false, out node);

    /// <summary>Finds the file that a path of the application names, from its own root, and follows a symbolic link at its end.</summary>
    /// <param name="start">Where a relative path starts: a directory.</param>
    /// <param name="path">The path.</param>
    /// <param name="node">The file; the caller drops the reference.</param>
    /// <returns>0, or -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG.</returns>
    internal static long Find(FileNode* start, ReadOnlySpan<byte> path, out FileNode* node)
    {
        long result = Walk(Process.Root, start, path, follow: true, hold: true, out node);
        FileTree.DropDeferred();
        return result;
    }

    /// <summary>Writes the absolute path of a file, without symbolic links. The tree's lock is held.</summary>
    /// <param name="root">What "/" means.</param>
    /// <param name="node">The file.</param>
    /// <param name="to">Where; the path is put at its end.</param>
    /// <param name="isReachable">Whether every name of the path is still there, up to the root.</param>
    /// <returns>Bytes of the path, or -ERANGE.</returns>
    internal static long PathOf(FileNode* root, FileNode* node, Span<byte> to, out bool isReachable)
    {
        int at = to.Length;
        isReachable = true;
        for (; node != root && node->Entry != null; node = node->Entry->Directory)
        {
            ReadOnlySpan<byte> name = node->Entry->Text;
            if (at < name.Length + 1)
            {
                return -Errno.ERANGE;
            }

            isReachable &= !node->Entry->IsRemoved;
            at -= name.Length;
            name.CopyTo(to[at..]);
            to[--at] = (byte)'/';
        }

        isReachable &= node == root;
        if (at == to.Length && at > 0)
        {
            to[--at] = (byte)'/';
        }

        return at == to.Length ? -Errno.ERANGE : to.Length - at;
    }

    [SkipLocalsInit]
    private static long Walk(FileNode* root, FileNode* start, ReadOnlySpan<byte> path, bool follow, bool hold, out FileNode* node)
    {
        node = null;
        if (path.Length >= Memory.UserMemory.PathMax)
        {
            return -Errno.ENAMETOOLONG;
        }

        fixed (byte* first = path)
        {
            PathWalk.Create(out PathWalk walk);
            FileTree.Lock.Enter();
            long result = walk.Begin(root, start, first, path.Length);
            result = result < 0 ? result : walk.Resolve(follow, out node);
            if (hold && result >= 0)
            {
                FileNode.Hold(node);
            }

            walk.End();
            FileTree.Lock.Exit();
            return result;
        }
    }
}
