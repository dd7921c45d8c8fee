using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Pipes;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <content>Descriptors: closing, duplicating, and what can be set for them and their open files.</content>
internal static unsafe partial class Opening
{
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

    /// <summary>fcntl(2).</summary>
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
        const uint ClearCloseOnExec = 0x5450, SetCloseOnExec = 0x5451, SetNonBlocking = 0x5421, Clone = 0x40049409;
        FileReference reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        OpenFile* file = reference.File;
        long result = request is ClearCloseOnExec or SetCloseOnExec ? DescriptorTable.SetCloseOnExec(descriptor, request == SetCloseOnExec)
            : request == SetNonBlocking ? SetBlocking(file, argument)
            : request == Clone ? CloneFrom(file, (int)argument)
            : file->Operations->Control == null ? -Errno.ENOTTY
            : file->Operations->Control(file, request, argument);
        reference.Release();
        return result;
    }

    private static long Control(OpenFile* file, int descriptor, uint command, ulong argument)
    {
        const uint DuplicateFrom = 0, GetFlags = 1, SetFlags = 2, GetStatus = 3, SetStatus = 4, GetLock = 5, SetLock = 6, WaitForLock = 7;
        const uint GetOpenFileLock = 36, SetOpenFileLock = 37, WaitForOpenFileLock = 38;
        const uint SetOwner = 8, GetOwner = 9, SetSignal = 10, GetSignal = 11, GetLease = 1025;
        const uint DuplicateQuery = 1027, CreatedQuery = 1028, DuplicateCloseOnExec = 1030, SetPipeSize = 1031, GetPipeSize = 1032, AddSeals = 1033, GetSeals = 1034;
        bool isPath = file->IsPath;
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
            case DuplicateQuery:
                return SameFile(file, (int)argument);
            case SetStatus when !isPath:
                return SetFlagsOf(file, (OpenFlags)argument);
            case GetLock or SetLock or WaitForLock when !isPath:
                return FileLockCalls.Control(file, command - GetLock, argument, ofProcess: true);
            case GetOpenFileLock or SetOpenFileLock or WaitForOpenFileLock when !isPath:
                return FileLockCalls.Control(file, command - GetOpenFileLock, argument, ofProcess: false);
            case AddSeals when !isPath:
                return Seal(file, (uint)argument);
            case GetSeals when !isPath:
                return file->Node->IsRegular ? file->Node->Seals : -Errno.EINVAL;
            case SetPipeSize or GetPipeSize when file->Operations != PollableFiles.Pipe && file->Operations != PollableFiles.Fifo:
                return -Errno.EBADF;
            case SetPipeSize:
                return PipeFile.SetSize(file, (uint)argument);
            case GetPipeSize:
                return PipeFile.Size(file);
            case CreatedQuery or GetOwner or GetSignal when !isPath:
            case SetOwner or SetSignal when !isPath && argument == 0:
                // No signal says that something can be read.
                return 0;
            case GetLease when !isPath:
                return RecordLock.Unlock;
            default:
                return isPath ? -Errno.EBADF : -Errno.EINVAL;
        }
    }

    // FIONBIO.
    private static long SetBlocking(OpenFile* file, ulong argument)
    {
        if (!UserMemory.TryRead(argument, out int wanted))
        {
            return -Errno.EFAULT;
        }

        file->Flags = wanted != 0 ? file->Flags | OpenFlags.NonBlocking : file->Flags & ~OpenFlags.NonBlocking;
        return 0;
    }

    // FICLONE: as on a tmpfs, whose files share no blocks.
    private static long CloneFrom(OpenFile* file, int descriptor)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        long result = reference.IsNull ? -Errno.EBADF
            : reference.File->Node->FileSystem != file->Node->FileSystem ? -Errno.EXDEV
            : -Errno.EOPNOTSUPP;
        reference.Release();
        return result;
    }

    private static long SetFlagsOf(OpenFile* file, OpenFlags wanted)
    {
        const OpenFlags Changeable = OpenFlags.Append | OpenFlags.NonBlocking | OpenFlags.Direct | OpenFlags.NoAccessTime | OpenFlags.Asynchronous;
        if ((wanted & OpenFlags.Direct) != 0 && file->Node->Kind is not (FileMode.Regular or FileMode.Pipe) && (file->Flags & OpenFlags.Direct) == 0)
        {
            return -Errno.EINVAL;
        }

        file->Flags = (file->Flags & ~Changeable) | (wanted & Changeable);
        return 0;
    }

    // F_DUPFD_QUERY: whether two descriptors are of one open file.
    private static long SameFile(OpenFile* file, int other)
    {
        FileReference reference = DescriptorTable.GetAny(other);
        long result = reference.IsNull ? -Errno.EBADF : reference.File == file ? 1 : 0;
        reference.Release();
        return result;
    }

    // F_ADD_SEALS: Linux, mm/memfd.c, memfd_add_seals.
    private static long Seal(OpenFile* file, uint seals)
    {
        FileNode* node = file->Node;
        if (!file->CanWrite)
        {
            return -Errno.EPERM;
        }

        if ((seals & ~FileSeals.All) != 0 || !node->IsRegular)
        {
            return -Errno.EINVAL;
        }

        node->DataLock.Enter();
        long result = 0;
        if ((node->Seals & FileSeals.Seal) != 0)
        {
            result = -Errno.EPERM;
        }
        else if ((seals & FileSeals.Write) != 0 && (node->Seals & FileSeals.Write) == 0 && node->WritableMappings != 0)
        {
            result = -Errno.EBUSY;
        }
        else
        {
            bool isExecutable = (seals & FileSeals.Execute) != 0 && (node->Mode & FileMode.AnyExecute) != 0;
            const uint AllWrites = FileSeals.Shrink | FileSeals.Grow | FileSeals.Write | FileSeals.FutureWrite;
            node->Seals |= seals | (isExecutable ? AllWrites : 0);
        }

        node->DataLock.Exit();
        return result;
    }

    /// <summary>Gives an open file one more descriptor.</summary>
    internal static long Duplicate(int descriptor, int minimum, bool closeOnExec)
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
}
