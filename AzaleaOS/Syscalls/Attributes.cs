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
        FileReference reference = DescriptorTable.GetAny(descriptor);
        long result = reference.IsNull ? -Errno.EBADF : to.TryWrite(FileStatus.Of(reference.File->Node)) ? 0 : -Errno.EFAULT;
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
        long result = Find(directory, path, flags, out FileNode* node);
        return result < 0 ? result : to.TryWrite(FileStatus.Of(node)) ? 0 : -Errno.EFAULT;
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
        return result < 0 ? result : to.TryWrite(FileStatus.ExtendedOf(node)) ? 0 : -Errno.EFAULT;
    }

    /// <summary>access(2).</summary>
    [Syscall(21)]
    internal static long Access(ulong path, int mode) => AccessAt(AtFlags.WorkingDirectory, path, mode);

    /// <summary>faccessat(2).</summary>
    [Syscall(269)]
    internal static long AccessAt(int directory, ulong path, int mode) => AccessAt(directory, path, mode, 0);

    /// <summary>faccessat2(2): root may do everything that the tree, which is read-only, allows.</summary>
    [Syscall(439)]
    internal static long AccessAt(int directory, ulong path, int mode, int flags)
    {
        const int Write = 2, Execute = 1;
        if ((mode & ~7) != 0 || (flags & ~(AtFlags.EffectiveAccess | AtFlags.NoFollow | AtFlags.EmptyPath)) != 0)
        {
            return -Errno.EINVAL;
        }

        long result = PathArguments.Find(directory, path, (flags & AtFlags.NoFollow) == 0, (flags & AtFlags.EmptyPath) != 0, out FileNode* node);
        if (result < 0)
        {
            return result;
        }

        if ((mode & Write) != 0 && node->Kind is FileMode.Regular or FileMode.Directory or FileMode.SymbolicLink)
        {
            return -Errno.EROFS;
        }

        return (mode & Execute) != 0 && !node->IsDirectory && (node->Mode & FileMode.AnyExecute) == 0 ? -Errno.EACCES : 0;
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

        bool isDescriptor = directory != AtFlags.WorkingDirectory;
        long result = PathArguments.Find(directory, path, follow: false, emptyPath: isDescriptor, out FileNode* node);
        if (result < 0)
        {
            return result;
        }

        if (!node->IsSymbolicLink)
        {
            return -Errno.EINVAL;
        }

        int length = Math.Min(size, (int)node->Size);
        return UserMemory.TryWrite(buffer, new ReadOnlySpan<byte>(node->Data, length)) ? length : -Errno.EFAULT;
    }

    /// <summary>statfs(2).</summary>
    [Syscall(137)]
    internal static long FileSystem(ulong path, UserPointer<FileSystemStatus> to)
    {
        long result = PathArguments.Find(AtFlags.WorkingDirectory, path, follow: true, emptyPath: false, out _);
        return result < 0 ? result : to.TryWrite(FileSystem()) ? 0 : -Errno.EFAULT;
    }

    /// <summary>fstatfs(2).</summary>
    [Syscall(138)]
    internal static long FileSystemOfDescriptor(int descriptor, UserPointer<FileSystemStatus> to)
        => DescriptorTable.GetCloseOnExec(descriptor) < 0 ? -Errno.EBADF : to.TryWrite(FileSystem()) ? 0 : -Errno.EFAULT;

    private static long Find(int directory, ulong path, int flags, out FileNode* node)
    {
        node = null;
        return (flags & ~StatFlags) != 0
            ? -Errno.EINVAL
            : PathArguments.Find(directory, path, (flags & AtFlags.NoFollow) == 0, (flags & AtFlags.EmptyPath) != 0, out node);
    }

    // As Linux describes a ramfs: it has no size of its own. Here it is read-only as well.
    private static FileSystemStatus FileSystem()
    {
        const long RamFileSystem = 0x858458f6, ReadOnly = 0x1, FlagsAreValid = 0x20;
        return new FileSystemStatus
        {
            Type = RamFileSystem,
            BlockSize = 4096,
            FragmentSize = 4096,
            NameLength = FileTree.NameMax,
            Flags = ReadOnly | FlagsAreValid,
        };
    }
}
