using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>What there is to know about a file.</summary>
internal static unsafe class Attributes
{
    private const int StatFlags = AtFlags.NoFollow | AtFlags.NoAutomount | AtFlags.EmptyPath | AtFlags.SyncMask;

    /// <summary>stat(2).</summary>
    [Syscall(4)]
    internal static long Status(ulong path, UserPointer<Stat> to) => StatusAt(AtFlags.WorkingDirectory, path, to, 0);

    /// <summary>fstat(2).</summary>
    [Syscall(5)]
    internal static long StatusOfDescriptor(int descriptor, UserPointer<Stat> to)
    {
        FileReference reference = DescriptorTable.GetQuickly(descriptor);
        long result = reference.IsNull ? -Errno.EBADF : FileStatus.TryWrite(reference.File->Node, to) ? 0 : -Errno.EFAULT;
        reference.Release();
        return result;
    }

    /// <summary>lstat(2).</summary>
    [Syscall(6)]
    internal static long StatusOfLink(ulong path, UserPointer<Stat> to) => StatusAt(AtFlags.WorkingDirectory, path, to, AtFlags.NoFollow);

    /// <summary>newfstatat(2).</summary>
    [Syscall(262)]
    internal static long StatusAt(int directory, ulong path, UserPointer<Stat> to, int flags)
    {
        if (directory != AtFlags.WorkingDirectory && IsOfDescriptor(path, flags))
        {
            return StatusOfDescriptor(directory, to);
        }

        long result = Find(directory, path, flags, out FileNode* node);
        if (result < 0)
        {
            return result;
        }

        result = FileStatus.TryWrite(node, to) ? 0 : -Errno.EFAULT;
        FileNode.Drop(node);
        return result;
    }

    /// <summary>statx(2).</summary>
    [Syscall(332)]
    internal static long ExtendedStatus(int directory, ulong path, int flags, uint mask, UserPointer<Statx> to)
    {
        if ((mask & 0x8000_0000) != 0 || (flags & AtFlags.SyncMask) == AtFlags.SyncMask)
        {
            return -Errno.EINVAL;
        }

        long result = Find(directory, path, flags, out FileNode* node);
        if (result < 0)
        {
            return result;
        }

        result = to.TryWrite(FileStatus.ExtendedOf(node, mask)) ? 0 : -Errno.EFAULT;
        FileNode.Drop(node);
        return result;
    }

    /// <summary>access(2).</summary>
    [Syscall(21)]
    internal static long Access(ulong path, int mode) => AccessAt(AtFlags.WorkingDirectory, path, mode);

    /// <summary>faccessat(2).</summary>
    [Syscall(269)]
    internal static long AccessAt(int directory, ulong path, int mode) => AccessAt(directory, path, mode, 0);

    /// <summary>faccessat2(2): root may do everything but execute what nobody may.</summary>
    [Syscall(439)]
    internal static long AccessAt(int directory, ulong path, int mode, int flags)
    {
        const int Execute = 1;
        if ((mode & ~7) != 0 || (flags & ~(AtFlags.EffectiveAccess | AtFlags.NoFollow | AtFlags.EmptyPath)) != 0)
        {
            return -Errno.EINVAL;
        }

        long result = PathArguments.Find(directory, path, (flags & AtFlags.NoFollow) == 0, (flags & AtFlags.EmptyPath) != 0, out FileNode* node);
        if (result < 0)
        {
            return result;
        }

        result = (mode & Execute) != 0 && !node->IsDirectory && (node->Mode & FileMode.AnyExecute) == 0 ? -Errno.EACCES : 0;
        FileNode.Drop(node);
        return result;
    }

    /// <summary>readlink(2).</summary>
    [Syscall(89)]
    internal static long ReadLink(ulong path, ulong buffer, int size) => ReadLinkAt(AtFlags.WorkingDirectory, path, buffer, size);

    /// <summary>readlinkat(2).</summary>
    [Syscall(267)]
    internal static long ReadLinkAt(int directory, ulong path, ulong buffer, int size)
    {
        if (size <= 0)
        {
            return -Errno.EINVAL;
        }

        long result = PathArguments.Find(directory, path, follow: false, emptyPath: true, out FileNode* node);
        if (result < 0)
        {
            return result;
        }

        // An empty path means a descriptor of a link; with anything else it is no name.
        bool isLink = node->IsSymbolicLink;
        if (!isLink)
        {
            bool isEmpty = UserMemory.TryRead(path, out byte first) && first == 0;
            result = isEmpty ? -Errno.ENOENT : -Errno.EINVAL;
        }
        else
        {
            result = ReadLink(node, buffer, size);
        }

        FileNode.Drop(node);
        return result;
    }

    /// <summary>statfs(2).</summary>
    [Syscall(137)]
    internal static long FileSystem(ulong path, UserPointer<FileSystemStatus> to)
    {
        long result = PathArguments.Find(AtFlags.WorkingDirectory, path, follow: true, emptyPath: false, out FileNode* node);
        if (result < 0)
        {
            return result;
        }

        result = to.TryWrite(FileStatus.OfFileSystem(node)) ? 0 : -Errno.EFAULT;
        FileNode.Drop(node);
        return result;
    }

    /// <summary>fstatfs(2).</summary>
    [Syscall(138)]
    internal static long FileSystemOfDescriptor(int descriptor, UserPointer<FileSystemStatus> to)
    {
        FileReference reference = DescriptorTable.GetAny(descriptor);
        long result = reference.IsNull ? -Errno.EBADF : to.TryWrite(FileStatus.OfFileSystem(reference.File->Node)) ? 0 : -Errno.EFAULT;
        reference.Release();
        return result;
    }

    private static long ReadLink(FileNode* node, ulong buffer, int size)
    {
        if (node->Names == null || node->Names->ReadLink == null)
        {
            FileTime.Access(node, 0);
            int length = Math.Min(size, (int)node->Size);
            return UserMemory.TryWrite(buffer, new ReadOnlySpan<byte>(node->Data, length)) ? length : -Errno.EFAULT;
        }

        byte* text = PathBuffers.Take();
        if (text == null)
        {
            return -Errno.ENOMEM;
        }

        FileTree.Lock.Enter();
        long result = node->Names->ReadLink(node, text, UserMemory.PathMax);
        FileTree.Lock.Exit();
        if (result >= 0)
        {
            int length = Math.Min(size, (int)result);
            result = UserMemory.TryWrite(buffer, new ReadOnlySpan<byte>(text, length)) ? length : -Errno.EFAULT;
        }

        PathBuffers.Give(text);
        return result;
    }

    private static long Find(int directory, ulong path, int flags, out FileNode* node)
    {
        node = null;
        return (flags & ~StatFlags) != 0 ? -Errno.EINVAL
            : IsOfDescriptor(path, flags) ? PathArguments.Find(directory, out node)
            : PathArguments.Find(directory, path, (flags & AtFlags.NoFollow) == 0, (flags & AtFlags.EmptyPath) != 0, out node);
    }

    // What libraries make of fstat. A null path is an empty one here. Mostly there are more bytes behind the one that is asked for.
    private static bool IsOfDescriptor(ulong path, int flags)
        => (flags & (AtFlags.EmptyPath | ~StatFlags)) == AtFlags.EmptyPath
            && (path == 0 || (UserMemory.TryLoad(path, out uint word) ? (byte)word == 0 : UserMemory.TryRead(path, out byte first) && first == 0));
}
