using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>The working directory, the root, and what is in directories.</summary>
internal static unsafe class Directories
{
    /// <summary>getcwd(2).</summary>
    /// <returns>Bytes of the path with its final zero.</returns>
    [Syscall(79)]
    internal static long GetWorkingDirectory(ulong buffer, ulong size)
    {
        byte* page = PathBuffers.Take();
        if (page == null)
        {
            return -Errno.ENOMEM;
        }

        long result = GetWorkingDirectory(new Span<byte>(page, UserMemory.PathMax), buffer, size);
        PathBuffers.Give(page);
        return result;
    }

    /// <summary>chdir(2).</summary>
    [Syscall(80)]
    internal static long Change(ulong path)
    {
        long result = FindDirectory(path, out FileNode* node);
        if (result == 0)
        {
            Process.WorkingDirectory = node;
        }

        FileNode.Drop(node);
        return result;
    }

    /// <summary>fchdir(2).</summary>
    [Syscall(81)]
    internal static long ChangeToDescriptor(int descriptor)
    {
        FileReference reference = DescriptorTable.GetAny(descriptor);
        long result = reference.IsNull ? -Errno.EBADF : reference.File->Node->IsDirectory ? 0 : -Errno.ENOTDIR;
        if (result == 0)
        {
            Process.WorkingDirectory = reference.File->Node;
        }

        reference.Release();
        return result;
    }

    /// <summary>chroot(2).</summary>
    [Syscall(161)]
    internal static long ChangeRoot(ulong path)
    {
        long result = FindDirectory(path, out FileNode* node);
        if (result == 0)
        {
            Process.Root = node;
        }

        FileNode.Drop(node);
        return result;
    }

    /// <summary>umount2(2): -EPERM, as without the capability, where there is something that it could take away.</summary>
    [Syscall(166)]
    internal static long Unmount(ulong path, uint flags)
    {
        const uint Known = 0xf, NoFollow = 8;
        if ((flags & ~Known) != 0)
        {
            return -Errno.EINVAL;
        }

        long result = PathArguments.Find(AtFlags.WorkingDirectory, path, (flags & NoFollow) == 0, emptyPath: false, out FileNode* node);
        if (result < 0)
        {
            return result;
        }

        FileNode.Drop(node);
        return -Errno.EPERM;
    }

    /// <summary>umask(2).</summary>
    /// <returns>The mask so far.</returns>
    [Syscall(95)]
    internal static long SetFileModeMask(uint mask)
    {
        uint old = Process.FileModeMask;
        Process.FileModeMask = mask & FileMode.Permissions;
        return old;
    }

    /// <summary>getdents64(2).</summary>
    /// <returns>Bytes of the records; 0 at the end.</returns>
    [Syscall(217)]
    internal static long Read(int descriptor, ulong buffer, uint size) => Read(descriptor, buffer, size, old: false);

    /// <summary>getdents(2).</summary>
    /// <returns>Bytes of the records; 0 at the end.</returns>
    [Syscall(78)]
    internal static long ReadOld(int descriptor, ulong buffer, uint size) => Read(descriptor, buffer, size, old: true);

    private static long Read(int descriptor, ulong buffer, uint size, bool old)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        OpenFile* file = reference.File;
        long result = Transfer.Of(buffer, size, out Transfer transfer);
        if (result < 0 && !file->Node->IsDirectory)
        {
            result = -Errno.ENOTDIR;
        }

        if (result >= 0)
        {
            file->PositionLock.Enter();
            result = DirectoryFile.Read(file, &transfer, old);
            file->PositionLock.Exit();
        }

        reference.Release();
        return result;
    }

    private static long GetWorkingDirectory(Span<byte> page, ulong buffer, ulong size)
    {
        page[^1] = 0;
        FileTree.Lock.Enter();
        FileNode* directory = Process.WorkingDirectory;
        bool isRemoved = directory->Links == 0;
        long length = PathWalker.PathOf(Process.Root, directory, page[..^1], out bool isReachable);
        FileTree.Lock.Exit();
        if (isRemoved)
        {
            return -Errno.ENOENT;
        }

        if (length < 0)
        {
            return -Errno.ENAMETOOLONG;
        }

        // Linux says so of a directory that is not below the root.
        ReadOnlySpan<byte> prefix = isReachable ? default : "(unreachable)"u8;
        if (length + prefix.Length > UserMemory.PathMax - 1)
        {
            return -Errno.ENAMETOOLONG;
        }

        prefix.CopyTo(page[^((int)length + 1 + prefix.Length)..]);
        ReadOnlySpan<byte> path = page[^((int)length + 1 + prefix.Length)..];
        return (ulong)path.Length > size ? -Errno.ERANGE : UserMemory.TryWrite(buffer, path) ? path.Length : -Errno.EFAULT;
    }

    private static long FindDirectory(ulong path, out FileNode* node)
    {
        long result = PathArguments.Find(AtFlags.WorkingDirectory, path, follow: true, emptyPath: false, out node);
        return result < 0 ? result : node->IsDirectory ? 0 : -Errno.ENOTDIR;
    }
}
