using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;

namespace AzaleaOS.Syscalls;

/// <summary>The file that a directory descriptor and a path name.</summary>
internal static unsafe class PathArguments
{
    /// <summary>Finds it.</summary>
    /// <param name="directory">A descriptor or AT_FDCWD.</param>
    /// <param name="path">Address of the path.</param>
    /// <param name="follow">Whether a symbolic link at the end is followed.</param>
    /// <param name="emptyPath">Whether an empty path means the descriptor itself.</param>
    /// <param name="node">The file; the caller drops the reference.</param>
    /// <returns>0, or a negated errno.</returns>
    internal static long Find(int directory, ulong path, bool follow, bool emptyPath, out FileNode* node)
    {
        node = null;
        PathArgument argument = default;
        long result = argument.Read(directory, path, emptyPath);
        if (result < 0)
        {
            return result;
        }

        result = Find(argument, follow, out node);
        argument.Release();
        return result;
    }

    /// <summary>The file of a descriptor.</summary>
    /// <returns>0, or -EBADF.</returns>
    internal static long Find(int descriptor, out FileNode* node)
    {
        if (descriptor != AtFlags.WorkingDirectory)
        {
            FileReference reference = DescriptorTable.GetAny(descriptor);
            node = reference.IsNull ? null : reference.File->Node;
            if (node != null)
            {
                FileNode.Hold(node);
            }

            reference.Release();
            return node == null ? -Errno.EBADF : 0;
        }

        FileTree.Lock.Enter();
        node = Process.WorkingDirectory;
        FileNode.Hold(node);
        FileTree.Lock.Exit();
        return 0;
    }

    [SkipLocalsInit]
    private static long Find(in PathArgument argument, bool follow, out FileNode* node)
    {
        PathWalk.Create(out PathWalk walk);
        FileTree.Lock.Enter();
        long result = argument.Resolve(ref walk, follow, out node);
        if (result < 0)
        {
            node = null;
        }
        else
        {
            FileNode.Hold(node);
        }

        walk.End();
        FileTree.Lock.Exit();
        FileTree.DropDeferred();
        return result;
    }
}
