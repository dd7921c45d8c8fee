using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Pipes;

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

        if (first > int.MaxValue)
        {
            return 0;
        }

        for (int descriptor = DescriptorTable.Next((int)first); descriptor >= 0 && (uint)descriptor <= last; descriptor = DescriptorTable.Next(descriptor + 1))
        {
            if ((flags & CloseOnExec) != 0)
            {
                DescriptorTable.SetCloseOnExec(descriptor, true);
            }
            else
            {
                DescriptorTable.Close(descriptor);
            }
        }

        return 0;
    }

    /// <summary>dup(2).</summary>
    [Syscall(32)]
    internal static long Duplicate(int descriptor) => Duplicate(descriptor, 0, closeOnExec: false);

    /// <summary>dup2(2).</summary>
    [Syscall(33)]
    internal static long DuplicateTo(int from, int to)
        => from != to ? DescriptorTable.Duplicate(from, to, false) : DescriptorTable.GetCloseOnExec(from) < 0 ? -Errno.EBADF : to;

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
        FileReference reference = DescriptorTable.GetAny(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        long result = Control(reference.File, descriptor, command, argument);
        reference.Release();
        return result;
    }

    /// <summary>ioctl(2).</summary>
    [Syscall(16)]
    internal static long DeviceControl(int descriptor, uint request, ulong argument)
    {
        const uint ClearCloseOnExec = 0x5450, SetCloseOnExec = 0x5451;
        FileReference reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        OpenFile* file = reference.File;
        long result = request is ClearCloseOnExec or SetCloseOnExec ? DescriptorTable.SetCloseOnExec(descriptor, request == SetCloseOnExec)
            : file->Operations->Control == null ? -Errno.ENOTTY
            : file->Operations->Control(file, request, argument);
        reference.Release();
        return result;
    }

    /// <summary>Gives a file a descriptor.</summary>
    /// <returns>The descriptor, or -EMFILE, -ENOMEM, or what the file's kind answers.</returns>
    internal static long Open(FileNode* node, OpenFlags flags)
    {
        long descriptor = DescriptorTable.Reserve((flags & OpenFlags.CloseOnExec) != 0);
        if (descriptor < 0)
        {
            return descriptor;
        }

        bool isPath = (flags & OpenFlags.Path) != 0;
        FileOperations* operations = isPath ? FileOperations.Place : node->Operations;
        OpenFile* file = OpenFile.Create(node, operations, null, (flags & ~NotKept) | (isPath ? 0 : OpenFlags.LargeFile));
        long result = file == null ? -Errno.ENOMEM : operations->Open == null ? 0 : operations->Open(file);
        if (result < 0)
        {
            OpenFile.Cancel(file);
            DescriptorTable.Unreserve((int)descriptor);
            return result;
        }

        DescriptorTable.Install((int)descriptor, file);
        return descriptor;
    }

    private static long Control(OpenFile* file, int descriptor, uint command, ulong argument)
    {
        const uint DuplicateFrom = 0, GetFlags = 1, SetFlags = 2, GetStatus = 3, SetStatus = 4, DuplicateCloseOnExec = 1030, SetPipeSize = 1031, GetPipeSize = 1032;
        const OpenFlags Changeable = OpenFlags.Append | OpenFlags.NonBlocking | OpenFlags.Direct | OpenFlags.NoAccessTime;
        switch (command)
        {
            case DuplicateFrom or DuplicateCloseOnExec:
                return argument > int.MaxValue ? -Errno.EINVAL : Duplicate(descriptor, (int)argument, command == DuplicateCloseOnExec);
            case GetFlags:
                return DescriptorTable.GetCloseOnExec(descriptor);
            case SetFlags:
                return DescriptorTable.SetCloseOnExec(descriptor, (argument & 1) != 0);
            case GetStatus:
                return (long)file->Flags;
            case SetStatus when !file->IsPath:
                file->Flags = (file->Flags & ~Changeable) | ((OpenFlags)argument & Changeable);
                return 0;
            case SetStatus:
                return -Errno.EBADF;
            case SetPipeSize or GetPipeSize when file->Operations != PollableFiles.Pipe && file->Operations != PollableFiles.Fifo:
                return -Errno.EBADF;
            case SetPipeSize:
                return PipeFile.SetSize(file, (uint)argument);
            case GetPipeSize:
                return PipeFile.Size(file);
            default:
                return -Errno.EINVAL;
        }
    }

    private static long Duplicate(int descriptor, int minimum, bool closeOnExec)
    {
        FileReference reference = DescriptorTable.GetAny(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        OpenFile.Hold(reference.File);
        long duplicate = DescriptorTable.Add(reference.File, minimum, closeOnExec);
        if (duplicate < 0)
        {
            OpenFile.Drop(reference.File);
        }

        reference.Release();
        return duplicate;
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
