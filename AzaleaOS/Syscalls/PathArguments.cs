using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Finding the file that a directory descriptor and a path name.</summary>
internal static unsafe class PathArguments
{
    /// <summary>The file of a path.</summary>
    /// <param name="directory">A descriptor or AT_FDCWD.</param>
    /// <param name="path">Address of the path.</param>
    /// <param name="follow">Whether a symbolic link at the end is followed.</param>
    /// <param name="emptyPath">Whether an empty path means the descriptor itself.</param>
    /// <param name="node">The file.</param>
    /// <returns>0, or a negated errno.</returns>
    internal static long Find(int directory, ulong path, bool follow, bool emptyPath, out FileNode* node)
    {
        node = null;
        long result = Start(directory, path, out FileNode* start, out ReadOnlySpan<byte> text);
        if (result < 0)
        {
            return result;
        }

        if (text.IsEmpty && emptyPath)
        {
            FileReference reference = DescriptorTable.GetAny(directory);
            node = reference.IsNull ? start : reference.File->Node;
            reference.Release();
            return 0;
        }

        return start == null ? -Errno.ENOTDIR : PathWalker.Walk(start, text, follow, out node);
    }

    /// <summary>The directory in which a path's last name lies, and the name.</summary>
    /// <returns>0, or a negated errno.</returns>
    internal static long FindParent(int directory, ulong path, out FileNode* parent, out ReadOnlySpan<byte> name, out bool slash)
    {
        parent = null;
        name = default;
        slash = false;
        long result = Start(directory, path, out FileNode* start, out ReadOnlySpan<byte> text);
        if (result < 0)
        {
            return result;
        }

        slash = text.EndsWith("/"u8);
        return start == null ? -Errno.ENOTDIR : PathWalker.WalkToParent(start, text, out parent, out name);
    }

    // A null start is a descriptor that is no directory: right for an absolute or an empty path only.
    private static long Start(int directory, ulong path, out FileNode* start, out ReadOnlySpan<byte> text)
    {
        start = Process.WorkingDirectory;
        long result = UserMemory.ReadPath(path, out text);
        if (result < 0)
        {
            return result;
        }

        if (directory == AtFlags.WorkingDirectory || text.StartsWith("/"u8))
        {
            return 0;
        }

        FileReference reference = DescriptorTable.GetAny(directory);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        start = reference.File->Node->IsDirectory ? reference.File->Node : null;
        reference.Release();
        return 0;
    }
}
