using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;

namespace AzaleaOS.Syscalls;

/// <summary>Descriptors: making, duplicating, closing.</summary>
internal static unsafe class Opening
{
    private const OpenFlags NotKept = OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoTerminal | OpenFlags.Truncate | OpenFlags.CloseOnExec;

    /// <summary>open(2).</summary>
    [Syscall(2)]
    internal static long Open(ulong path, OpenFlags flags, uint mode) => OpenAt(AtFlags.WorkingDirectory, path, flags, mode);

    /// <summary>openat(2). The tree is read-only: what would change it is -EROFS.</summary>
    [Syscall(257)]
    internal static long OpenAt(int directory, ulong path, OpenFlags flags, uint mode)
    {
        bool onlyPath = (flags & OpenFlags.Path) != 0;
        if (onlyPath)
        {
            flags &= OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec;
        }

        bool exclusive = (flags & (OpenFlags.Create | OpenFlags.Exclusive)) == (OpenFlags.Create | OpenFlags.Exclusive);
        bool follow = (flags & OpenFlags.NoFollow) == 0 && !exclusive;
        long result = PathArguments.Find(directory, path, follow, emptyPath: false, out FileNode* node);
        if (result == -Errno.ENOENT && (flags & OpenFlags.Create) != 0)
        {
            result = PathArguments.FindParent(directory, path, out _, out _, out bool slash);
            return result < 0 ? result : slash ? -Errno.EISDIR : -Errno.EROFS;
        }

        if (result < 0)
        {
            return result;
        }

        if (exclusive)
        {
            return -Errno.EEXIST;
        }

        result = Check(node, flags, onlyPath);
        return result < 0 ? result : Open(node, flags);
    }

    /// <summary>creat(2).</summary>
    [Syscall(85)]
    internal static long Create(ulong path, uint mode)
        => OpenAt(AtFlags.WorkingDirectory, path, OpenFlags.Create | OpenFlags.WriteOnly | OpenFlags.Truncate, mode);

    /// <summary>close(2).</summary>
    [Syscall(3)]
    internal static long Close(int descriptor) => DescriptorTable.Close(descriptor);

    /// <summary>close_range(2).</summary>
    [Syscall(436)]
    internal static long CloseRange(uint first, uint last, uint flags)
    {
        const uint Unshare = 2, CloseOnExec = 4;
        if (first > last || (flags & ~(Unshare | CloseOnExec)) != 0)
        {
            return -Errno.EINVAL;
        }

        for (uint descriptor = first; descriptor <= last && descriptor < DescriptorTable.Capacity; descriptor++)
        {
            if (DescriptorTable.Find((int)descriptor) == null)
            {
                continue;
            }

            if ((flags & CloseOnExec) != 0)
            {
                DescriptorTable.CloseOnExec((int)descriptor) = true;
            }
            else
            {
                DescriptorTable.Close((int)descriptor);
            }
        }

        return 0;
    }

    /// <summary>dup(2).</summary>
    [Syscall(32)]
    internal static long Duplicate(int descriptor)
    {
        OpenFile* file = DescriptorTable.Find(descriptor);
        return file == null ? -Errno.EBADF : DescriptorTable.Add(file, 0, false);
    }

    /// <summary>dup2(2).</summary>
    [Syscall(33)]
    internal static long DuplicateTo(int from, int to)
        => from == to && DescriptorTable.Find(from) != null ? to : DescriptorTable.Duplicate(from, to, false);

    /// <summary>dup3(2).</summary>
    [Syscall(292)]
    internal static long DuplicateTo(int from, int to, OpenFlags flags)
        => from == to || (flags & ~OpenFlags.CloseOnExec) != 0
            ? -Errno.EINVAL
            : DescriptorTable.Duplicate(from, to, flags == OpenFlags.CloseOnExec);

    /// <summary>fcntl(2). With one process, record locks never meet another one's.</summary>
    [Syscall(72)]
    internal static long Control(int descriptor, uint command, ulong argument)
    {
        const uint Duplicate = 0, GetFlags = 1, SetFlags = 2, GetStatus = 3, SetStatus = 4, DuplicateCloseOnExec = 1030;
        const OpenFlags Changeable = OpenFlags.Append | OpenFlags.NonBlocking | OpenFlags.Direct | OpenFlags.NoAccessTime;
        OpenFile* file = DescriptorTable.Find(descriptor);
        if (file == null)
        {
            return -Errno.EBADF;
        }

        switch (command)
        {
            case Duplicate or DuplicateCloseOnExec:
                return argument > int.MaxValue ? -Errno.EINVAL : DescriptorTable.Add(file, (int)argument, command == DuplicateCloseOnExec);
            case GetFlags:
                return DescriptorTable.CloseOnExec(descriptor) ? 1 : 0;
            case SetFlags:
                DescriptorTable.CloseOnExec(descriptor) = (argument & 1) != 0;
                return 0;
            case GetStatus:
                return (long)file->Flags;
            case SetStatus when (file->Flags & OpenFlags.Path) == 0:
                file->Flags = (file->Flags & ~Changeable) | ((OpenFlags)argument & Changeable);
                return 0;
            case SetStatus:
                return -Errno.EBADF;
            default:
                return -Errno.EINVAL;
        }
    }

    /// <summary>ioctl(2).</summary>
    [Syscall(16)]
    internal static long DeviceControl(int descriptor, uint request, ulong argument)
    {
        const uint ClearCloseOnExec = 0x5450, SetCloseOnExec = 0x5451, BytesToRead = 0x541b;
        OpenFile* file = DescriptorTable.Find(descriptor);
        if (file == null || (file->Flags & OpenFlags.Path) != 0)
        {
            return -Errno.EBADF;
        }

        switch (request)
        {
            case ClearCloseOnExec or SetCloseOnExec:
                DescriptorTable.CloseOnExec(descriptor) = request == SetCloseOnExec;
                return 0;
            case BytesToRead when file->Node->IsRegular:
                return Memory.UserMemory.TryWrite(argument, (int)((long)file->Node->Size - file->Position)) ? 0 : -Errno.EFAULT;
            default:
                return file->Operations->Control == null ? -Errno.ENOTTY : file->Operations->Control(file, request, argument);
        }
    }

    /// <summary>Gives a file a descriptor.</summary>
    /// <returns>The descriptor, or -EMFILE, -ENOMEM.</returns>
    internal static long Open(FileNode* node, OpenFlags flags)
    {
        OpenFile* file = DescriptorTable.NewFile();
        if (file == null)
        {
            return -Errno.ENOMEM;
        }

        file->Node = node;
        file->Operations = node->Operations == null ? FileOperations.Directory : node->Operations;
        file->Flags = (flags & ~NotKept) | ((flags & OpenFlags.Path) != 0 ? 0 : OpenFlags.LargeFile);
        long descriptor = DescriptorTable.Add(file, 0, (flags & OpenFlags.CloseOnExec) != 0);
        if (descriptor < 0)
        {
            DescriptorTable.Drop(file);
        }

        return descriptor;
    }

    private static long Check(FileNode* node, OpenFlags flags, bool onlyPath)
    {
        if (node->IsSymbolicLink && !onlyPath)
        {
            return -Errno.ELOOP;
        }

        if ((flags & OpenFlags.Directory) != 0 && !node->IsDirectory)
        {
            return -Errno.ENOTDIR;
        }

        if (onlyPath)
        {
            return 0;
        }

        bool writes = (flags & OpenFlags.AccessMask) != OpenFlags.ReadOnly || (flags & OpenFlags.Truncate) != 0;
        if (node->IsDirectory && (writes || (flags & OpenFlags.Create) != 0))
        {
            return -Errno.EISDIR;
        }

        if (node->IsRegular && writes)
        {
            return -Errno.EROFS;
        }

        return node->Operations == null ? -Errno.ENXIO : 0;
    }
}
