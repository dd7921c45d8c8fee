using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;
using AzaleaOS.Offload;

namespace AzaleaOS.Syscalls;

/// <summary>Bytes between files and the application's memory.</summary>
internal static unsafe class Transfers
{
    /// <summary>read(2).</summary>
    [Syscall(0)]
    internal static long Read(int descriptor, ulong buffer, ulong count)
    {
        FileReference reference = DescriptorTable.GetQuickly(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        long result = Begin(CanRead(reference.File), buffer, count, out Transfer transfer);
        result = result < 0 ? result : FromPosition(reference.File, &transfer, write: false);
        reference.Release();
        return result;
    }

    /// <summary>write(2).</summary>
    [Syscall(1)]
    internal static long Write(int descriptor, ulong buffer, ulong count)
    {
        FileReference reference = DescriptorTable.GetQuickly(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        long result = Begin(CanWrite(reference.File), buffer, count, out Transfer transfer);
        result = result < 0 ? result : FromPosition(reference.File, &transfer, write: true);
        reference.Release();
        return result;
    }

    /// <summary>pread64(2).</summary>
    [Syscall(17)]
    internal static long ReadFrom(int descriptor, ulong buffer, ulong count, long offset)
    {
        long result = Seekable(descriptor, offset, out FileReference reference);
        if (result < 0)
        {
            return result;
        }

        result = Begin(CanRead(reference.File), buffer, count, out Transfer transfer);
        transfer.Position = offset;
        result = result < 0 ? result : Move(reference.File, &transfer, write: false);
        reference.Release();
        return result;
    }

    /// <summary>pwrite64(2).</summary>
    [Syscall(18)]
    internal static long WriteTo(int descriptor, ulong buffer, ulong count, long offset)
    {
        long result = Seekable(descriptor, offset, out FileReference reference);
        if (result < 0)
        {
            return result;
        }

        result = Begin(CanWrite(reference.File), buffer, count, out Transfer transfer);
        transfer.Position = offset;
        result = result < 0 ? result : Move(reference.File, &transfer, write: true);
        reference.Release();
        return result;
    }

    /// <summary>readv(2).</summary>
    [Syscall(19)]
    internal static long ReadVector(int descriptor, UserPointer<IoVector> vector, ulong count) => Vector(descriptor, vector, count, 0, write: false);

    /// <summary>writev(2).</summary>
    [Syscall(20)]
    internal static long WriteVector(int descriptor, UserPointer<IoVector> vector, ulong count) => Vector(descriptor, vector, count, 0, write: true);

    /// <summary>preadv(2).</summary>
    [Syscall(295)]
    internal static long ReadVectorFrom(int descriptor, UserPointer<IoVector> vector, ulong count, long offset)
        => VectorAt(descriptor, vector, count, offset, 0, write: false);

    /// <summary>pwritev(2).</summary>
    [Syscall(296)]
    internal static long WriteVectorTo(int descriptor, UserPointer<IoVector> vector, ulong count, long offset)
        => VectorAt(descriptor, vector, count, offset, 0, write: true);

    /// <summary>preadv2(2): with -1 for the offset, as readv.</summary>
    [Syscall(327)]
    internal static long ReadVectorFrom(int descriptor, UserPointer<IoVector> vector, ulong count, long offset, ulong high, uint flags)
        => offset == -1 ? Vector(descriptor, vector, count, flags, write: false) : VectorAt(descriptor, vector, count, offset, flags, write: false);

    /// <summary>pwritev2(2): with -1 for the offset, as writev.</summary>
    [Syscall(328)]
    internal static long WriteVectorTo(int descriptor, UserPointer<IoVector> vector, ulong count, long offset, ulong high, uint flags)
        => offset == -1 ? Vector(descriptor, vector, count, flags, write: true) : VectorAt(descriptor, vector, count, offset, flags, write: true);

    /// <summary>lseek(2).</summary>
    [Syscall(8)]
    internal static long Seek(int descriptor, long offset, uint whence)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        const uint LastWhence = 4;
        OpenFile* file = reference.File;
        long result = whence > LastWhence ? -Errno.EINVAL : -Errno.ESPIPE;
        if (whence <= LastWhence && file->Operations->Seek != null)
        {
            file->PositionLock.Enter();
            result = file->Operations->Seek(file, offset, whence);
            file->PositionLock.Exit();
        }

        reference.Release();
        return result;
    }

    // That a directory has no bytes is found when the buffer is known to be one.
    private static long Begin(long possible, ulong buffer, ulong count, out Transfer transfer)
    {
        transfer = default;
        if (possible != 0 && possible != -Errno.EISDIR)
        {
            return possible;
        }

        long result = Transfer.Of(buffer, count, out transfer);
        return result < 0 ? result : possible;
    }

    private static long Seekable(int descriptor, long offset, out FileReference reference)
    {
        reference = default;
        if (offset < 0)
        {
            return -Errno.EINVAL;
        }

        reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        if (!reference.File->Operations->HasPosition && !(OffloadFeature.IsIncluded && reference.File->Operations->HasForeignPosition))
        {
            reference.Release();
            return -Errno.ESPIPE;
        }

        return 0;
    }

    /// <summary>Whether an open file can be read.</summary>
    /// <returns>0, or -EBADF, -EISDIR, -EINVAL.</returns>
    internal static long CanRead(OpenFile* file)
        => !file->CanRead ? -Errno.EBADF
            : file->Operations->Read != null ? 0
            : file->Node->IsDirectory ? -Errno.EISDIR : -Errno.EINVAL;

    /// <summary>Whether an open file can be written.</summary>
    /// <returns>0, or -EBADF, -EINVAL.</returns>
    internal static long CanWrite(OpenFile* file)
        => !file->CanWrite ? -Errno.EBADF : file->Operations->Write == null ? -Errno.EINVAL : 0;

    /// <summary>Moves bytes from the open file's own position on, if it has one.</summary>
    internal static long FromPosition(OpenFile* file, Transfer* transfer, bool write)
    {
        if (!file->Operations->HasPosition)
        {
            transfer->Position = -1;
            return Move(file, transfer, write);
        }

        file->PositionLock.Enter();
        transfer->Position = file->Position;
        long result = Move(file, transfer, write);
        if (result >= 0)
        {
            file->Position = transfer->Position;
        }

        file->PositionLock.Exit();
        return result;
    }

    /// <summary>Moves bytes.</summary>
    internal static long Move(OpenFile* file, Transfer* transfer, bool write)
    {
        if (file->Operations->HasPosition && transfer->Position + (long)transfer->Left < 0)
        {
            return -Errno.EINVAL;
        }

        transfer->NonBlocking |= file->IsNonBlocking;
        transfer->Append |= (file->Flags & OpenFlags.Append) != 0 && !transfer->IgnoreAppend;
        return write ? file->Operations->Write(file, transfer) : file->Operations->Read(file, transfer);
    }

    private static long Vector(int descriptor, UserPointer<IoVector> vector, ulong count, uint flags, bool write)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        long result = Begin(reference.File, vector, count, 0, flags, write, out Transfer transfer);
        result = result < 0 || transfer.Left == 0 ? result : FromPosition(reference.File, &transfer, write);
        reference.Release();
        return result;
    }

    private static long VectorAt(int descriptor, UserPointer<IoVector> vector, ulong count, long offset, uint flags, bool write)
    {
        long result = Seekable(descriptor, offset, out FileReference reference);
        if (result < 0)
        {
            return result;
        }

        result = Begin(reference.File, vector, count, offset, flags, write, out Transfer transfer);
        result = result < 0 || transfer.Left == 0 ? result : Move(reference.File, &transfer, write);
        reference.Release();
        return result;
    }

    private static long Begin(OpenFile* file, UserPointer<IoVector> vector, ulong count, long offset, uint flags, bool write, out Transfer transfer)
    {
        // RWF_ bits, include/uapi/linux/fs.h. Nothing here is asynchronous, so that most ask for what is done anyway.
        const uint HighPriority = 1, DataSync = 2, Sync = 4, NoWait = 8, Append = 0x10, NoAppend = 0x20;
        transfer = default;
        if (!(write ? file->CanWrite : file->CanRead))
        {
            return -Errno.EBADF;
        }

        long possible = write ? CanWrite(file) : CanRead(file);
        if (possible == -Errno.EINVAL)
        {
            return possible;
        }

        long result = Transfer.Of(vector, count, out transfer);
        if (result < 0 || transfer.Left == 0)
        {
            return result;
        }

        transfer.Position = offset;
        if (file->Operations->HasPosition && offset + (long)transfer.Left < 0)
        {
            return -Errno.EINVAL;
        }

        if (OffloadFeature.IsIncluded && file->Operations->HasForeignPosition)
        {
            // Linux knows the file, and says what it thinks of them.
            transfer.Flags = flags;
            transfer.NonBlocking = (flags & NoWait) != 0;
            return possible;
        }

        if (possible < 0)
        {
            return (flags & ~HighPriority) != 0 ? -Errno.EOPNOTSUPP : possible;
        }

        if ((flags & ~(HighPriority | DataSync | Sync | NoWait | Append | NoAppend)) != 0)
        {
            return -Errno.EOPNOTSUPP;
        }

        if ((flags & Append) != 0 && (flags & NoAppend) != 0)
        {
            return -Errno.EINVAL;
        }

        if ((flags & NoWait) != 0 && file->Node->IsRegular)
        {
            // As tmpfs: it might wait for a page.
            return -Errno.EOPNOTSUPP;
        }

        transfer.NonBlocking = (flags & NoWait) != 0;
        transfer.Append = (flags & Append) != 0;
        transfer.IgnoreAppend = (flags & NoAppend) != 0;
        return 0;
    }
}
