using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Bytes between files and the application's memory.</summary>
internal static unsafe class Transfers
{
    /// <summary>read(2).</summary>
    [Syscall(0)]
    internal static long Read(int descriptor, ulong buffer, ulong count)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        long result = CanRead(reference.File);
        Transfer transfer = default;
        result = result < 0 ? result : Transfer.Of(buffer, count, out transfer);
        result = result < 0 ? result : FromPosition(reference.File, &transfer, write: false);
        reference.Release();
        return result;
    }

    /// <summary>write(2).</summary>
    [Syscall(1)]
    internal static long Write(int descriptor, ulong buffer, ulong count)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        long result = CanWrite(reference.File);
        Transfer transfer = default;
        result = result < 0 ? result : Transfer.Of(buffer, count, out transfer);
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

        Transfer transfer = default;
        result = CanRead(reference.File);
        result = result < 0 ? result : Transfer.Of(buffer, count, out transfer);
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

        Transfer transfer = default;
        result = CanWrite(reference.File);
        result = result < 0 ? result : Transfer.Of(buffer, count, out transfer);
        transfer.Position = offset;
        result = result < 0 ? result : Move(reference.File, &transfer, write: true);
        reference.Release();
        return result;
    }

    /// <summary>readv(2).</summary>
    [Syscall(19)]
    internal static long ReadVector(int descriptor, UserPointer<IoVector> vector, ulong count) => Vector(descriptor, vector, count, write: false);

    /// <summary>writev(2).</summary>
    [Syscall(20)]
    internal static long WriteVector(int descriptor, UserPointer<IoVector> vector, ulong count) => Vector(descriptor, vector, count, write: true);

    /// <summary>sendfile(2): from a regular file, whose bytes are used where they are.</summary>
    [Syscall(40)]
    internal static long SendFile(int output, int input, UserPointer<long> offset, ulong count)
    {
        FileReference from = DescriptorTable.Get(input);
        FileReference to = DescriptorTable.Get(output);
        long result = from.IsNull || to.IsNull ? -Errno.EBADF : SendFile(to.File, from.File, offset, count);
        from.Release();
        to.Release();
        return result;
    }

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
        long result = whence > LastWhence ? -Errno.EINVAL
            : file->Operations->Seek == null ? -Errno.ESPIPE
            : file->Operations->Seek(file, offset, whence);
        reference.Release();
        return result;
    }

    private static long SendFile(OpenFile* to, OpenFile* from, UserPointer<long> offset, ulong count)
    {
        if (!from->CanRead || !to->CanWrite)
        {
            return -Errno.EBADF;
        }

        if (!from->Node->IsRegular || to->Operations->Write == null || (to->Flags & OpenFlags.Append) != 0)
        {
            return -Errno.EINVAL;
        }

        long position = from->Position;
        if (!offset.IsNull && !offset.TryRead(out position))
        {
            return -Errno.EFAULT;
        }

        if (position < 0)
        {
            return -Errno.EINVAL;
        }

        ulong left = (ulong)position < from->Node->Size ? from->Node->Size - (ulong)position : 0;
        ulong bytes = Math.Min(Math.Min(count, Transfer.Largest), left);
        Transfer transfer = Transfer.OfKernel(from->Node->Data + position, bytes);
        long sent = bytes == 0 ? 0 : FromPosition(to, &transfer, write: true);
        if (sent < 0)
        {
            return sent;
        }

        position += sent;
        if (offset.IsNull)
        {
            from->Position = position;
            return sent;
        }

        return offset.TryWrite(position) ? sent : -Errno.EFAULT;
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

        if (!reference.File->Operations->HasPosition)
        {
            reference.Release();
            return -Errno.ESPIPE;
        }

        return 0;
    }

    private static long CanRead(OpenFile* file)
        => !file->CanRead ? -Errno.EBADF
            : file->Operations->Read != null ? 0
            : file->Node->IsDirectory ? -Errno.EISDIR : -Errno.EINVAL;

    private static long CanWrite(OpenFile* file)
        => !file->CanWrite ? -Errno.EBADF : file->Operations->Write == null ? -Errno.EINVAL : 0;

    private static long Vector(int descriptor, UserPointer<IoVector> vector, ulong count, bool write)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        long result = write ? CanWrite(reference.File) : CanRead(reference.File);
        Transfer transfer = default;
        result = result < 0 ? result : Transfer.Of(vector, count, out transfer);
        result = result < 0 ? result : FromPosition(reference.File, &transfer, write);
        reference.Release();
        return result;
    }

    private static long FromPosition(OpenFile* file, Transfer* transfer, bool write)
    {
        if (!file->Operations->HasPosition)
        {
            return Move(file, transfer, write);
        }

        transfer->Position = file->Position;
        long result = Move(file, transfer, write);
        file->Position = transfer->Position;
        return result;
    }

    private static long Move(OpenFile* file, Transfer* transfer, bool write)
    {
        transfer->NonBlocking |= file->IsNonBlocking;
        transfer->Append |= (file->Flags & OpenFlags.Append) != 0;
        return write ? file->Operations->Write(file, transfer) : file->Operations->Read(file, transfer);
    }
}
