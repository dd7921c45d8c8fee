using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;

namespace AzaleaOS.Syscalls;

/// <summary>How large files are, which parts of them exist, and that they are safe: there is nothing safer than memory here.</summary>
internal static unsafe class FileSizes
{
    /// <summary>truncate(2).</summary>
    [Syscall(76)]
    internal static long Truncate(ulong path, long size)
    {
        if (size < 0)
        {
            return -Errno.EINVAL;
        }

        long result = PathArguments.Find(AtFlags.WorkingDirectory, path, follow: true, emptyPath: false, out FileNode* node);
        if (result < 0)
        {
            return result;
        }

        result = node->IsDirectory ? -Errno.EISDIR : !node->IsRegular ? -Errno.EINVAL : Resize(node, size);
        FileNode.Drop(node);
        return result;
    }

    /// <summary>ftruncate(2).</summary>
    [Syscall(77)]
    internal static long TruncateDescriptor(int descriptor, long size)
    {
        if (size < 0)
        {
            return -Errno.EINVAL;
        }

        FileReference reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        FileNode* node = reference.File->Node;
        long result = !node->IsRegular || !reference.File->CanWrite ? -Errno.EINVAL : Resize(node, size);
        reference.Release();
        return result;
    }

    /// <summary>fallocate(2): what tmpfs knows of it.</summary>
    [Syscall(285)]
    internal static long Allocate(int descriptor, uint mode, long offset, long length)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        long result = Allocate(reference.File, mode, offset, length);
        reference.Release();
        return result;
    }

    /// <summary>fsync(2).</summary>
    [Syscall(74)]
    internal static long Synchronize(int descriptor)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        long result = reference.IsNull ? -Errno.EBADF : reference.File->Operations->CanSynchronize ? 0 : -Errno.EINVAL;
        reference.Release();
        return result;
    }

    /// <summary>fdatasync(2).</summary>
    [Syscall(75)]
    internal static long SynchronizeData(int descriptor) => Synchronize(descriptor);

    /// <summary>sync(2).</summary>
    [Syscall(162)]
    internal static long SynchronizeAll() => 0;

    /// <summary>syncfs(2).</summary>
    [Syscall(306)]
    internal static long SynchronizeFileSystem(int descriptor)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        bool isOpen = !reference.IsNull;
        reference.Release();
        return isOpen ? 0 : -Errno.EBADF;
    }

    /// <summary>sync_file_range(2).</summary>
    [Syscall(277)]
    internal static long SynchronizeRange(int descriptor, long offset, long length, uint flags)
    {
        const uint Known = 7;
        FileReference reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        FileNode* node = reference.File->Node;
        bool hasPages = node->Kind is FileMode.Regular or FileMode.Directory or FileMode.SymbolicLink or FileMode.BlockDevice;
        long result = (flags & ~Known) != 0 || offset < 0 || length < 0 || offset + length < 0 ? -Errno.EINVAL : hasPages ? 0 : -Errno.ESPIPE;
        reference.Release();
        return result;
    }

    /// <summary>fadvise64(2): everything is in memory already.</summary>
    [Syscall(221)]
    internal static long Advise(int descriptor, long offset, long length, int advice)
    {
        const int LastAdvice = 5;
        FileReference reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        long result = reference.File->Node->Kind == FileMode.Pipe ? -Errno.ESPIPE : advice is < 0 or > LastAdvice || length < 0 ? -Errno.EINVAL : 0;
        reference.Release();
        return result;
    }

    /// <summary>readahead(2).</summary>
    [Syscall(187)]
    internal static long ReadAhead(int descriptor, long offset, ulong count)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        long result = reference.IsNull || !reference.File->CanRead ? -Errno.EBADF : reference.File->Node->IsRegular && (long)count >= 0 ? 0 : -Errno.EINVAL;
        reference.Release();
        return result;
    }

    private static long Resize(FileNode* node, long size) => RegularFile.Resize(node, (ulong)size);

    // Linux, fs/open.c, vfs_fallocate.
    private static long Allocate(OpenFile* file, uint mode, long offset, long length)
    {
        const uint KeepSize = 1, PunchHole = 2, CollapseRange = 8, ZeroRange = 0x10, InsertRange = 0x20, UnshareRange = 0x40, WriteZeroes = 0x80;
        if (offset < 0 || length <= 0)
        {
            return -Errno.EINVAL;
        }

        uint operation = mode & ~KeepSize;
        bool keepsSize = (mode & KeepSize) != 0;
        bool isKnown = operation switch
        {
            0 or UnshareRange or ZeroRange => true,
            PunchHole => keepsSize,
            CollapseRange or InsertRange or WriteZeroes => !keepsSize,
            _ => false,
        };
        if (!isKnown)
        {
            return -Errno.EOPNOTSUPP;
        }

        if (!file->CanWrite)
        {
            return -Errno.EBADF;
        }

        FileNode* node = file->Node;
        if (!node->IsRegular)
        {
            return node->Kind == FileMode.Pipe ? -Errno.ESPIPE : node->IsDirectory ? -Errno.EISDIR : -Errno.ENODEV;
        }

        return offset > long.MaxValue - length ? -Errno.EFBIG : RegularFile.Allocate(node, mode, (ulong)offset, (ulong)(offset + length));
    }
}
