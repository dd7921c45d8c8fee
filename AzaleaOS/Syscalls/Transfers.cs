using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Bytes between files and the application's memory.</summary>
internal static unsafe class Transfers
{
    // Linux moves no more in one call (include/linux/fs.h, MAX_RW_COUNT).
    private const ulong LargestTransfer = 0x7fff_f000;
    private const int LargestVector = 1024;

    /// <summary>read(2).</summary>
    [Syscall(0)]
    internal static long Read(int descriptor, ulong buffer, ulong count)
    {
        OpenFile* file = DescriptorTable.Find(descriptor);
        return file == null ? -Errno.EBADF : ReadAt(file, buffer, count, &file->Position);
    }

    /// <summary>write(2).</summary>
    [Syscall(1)]
    internal static long Write(int descriptor, ulong buffer, ulong count)
    {
        OpenFile* file = DescriptorTable.Find(descriptor);
        return file == null ? -Errno.EBADF : WriteAt(file, buffer, count, &file->Position);
    }

    /// <summary>pread64(2).</summary>
    [Syscall(17)]
    internal static long ReadFrom(int descriptor, ulong buffer, ulong count, long offset)
    {
        long result = Seekable(descriptor, offset, out OpenFile* file);
        return result < 0 ? result : ReadAt(file, buffer, count, &offset);
    }

    /// <summary>pwrite64(2).</summary>
    [Syscall(18)]
    internal static long WriteTo(int descriptor, ulong buffer, ulong count, long offset)
    {
        long result = Seekable(descriptor, offset, out OpenFile* file);
        return result < 0 ? result : WriteAt(file, buffer, count, &offset);
    }

    /// <summary>readv(2).</summary>
    [Syscall(19)]
    internal static long ReadVector(int descriptor, UserPointer<IoVector> vector, int count)
    {
        OpenFile* file = DescriptorTable.Find(descriptor);
        return file == null || !file->CanRead ? -Errno.EBADF : Each(file, vector, count, write: false);
    }

    /// <summary>writev(2).</summary>
    [Syscall(20)]
    internal static long WriteVector(int descriptor, UserPointer<IoVector> vector, int count)
    {
        OpenFile* file = DescriptorTable.Find(descriptor);
        return file == null || !file->CanWrite ? -Errno.EBADF : Each(file, vector, count, write: true);
    }

    /// <summary>sendfile(2): from a regular file, whose bytes are used where they are.</summary>
    [Syscall(40)]
    internal static long SendFile(int output, int input, UserPointer<long> offset, ulong count)
    {
        OpenFile* from = DescriptorTable.Find(input);
        OpenFile* to = DescriptorTable.Find(output);
        if (from == null || to == null || !from->CanRead || !to->CanWrite)
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
        ulong bytes = Math.Min(Math.Min(count, LargestTransfer), left);
        long sent = bytes == 0 ? 0 : to->Operations->Write(to, from->Node->Data + position, bytes, &to->Position);
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

    /// <summary>lseek(2).</summary>
    [Syscall(8)]
    internal static long Seek(int descriptor, long offset, uint whence)
    {
        const uint Set = 0, Current = 1, End = 2, Data = 3, Hole = 4;
        OpenFile* file = DescriptorTable.Find(descriptor);
        if (file == null || (file->Flags & OpenFlags.Path) != 0)
        {
            return -Errno.EBADF;
        }

        if (!file->Operations->IsSeekable)
        {
            return -Errno.ESPIPE;
        }

        if (!file->Node->IsDirectory && !file->Node->IsRegular)
        {
            // Devices that take any position have none.
            return whence <= Hole ? 0 : -Errno.EINVAL;
        }

        long size = (long)file->Node->Size;
        if (whence is Data or Hole && (offset < 0 || offset >= size))
        {
            return -Errno.ENXIO;
        }

        long target = whence switch
        {
            Set => offset,
            Current => file->Position + offset,
            End when file->Node->IsRegular => size + offset,
            Data when file->Node->IsRegular => offset,
            Hole when file->Node->IsRegular => size,
            _ => -1,
        };
        return target < 0 ? -Errno.EINVAL : file->Position = target;
    }

    private static long Seekable(int descriptor, long offset, out OpenFile* file)
    {
        file = DescriptorTable.Find(descriptor);
        return offset < 0 ? -Errno.EINVAL
            : file == null ? -Errno.EBADF
            : !file->Operations->IsSeekable ? -Errno.ESPIPE
            : 0;
    }

    private static long ReadAt(OpenFile* file, ulong buffer, ulong count, long* position)
    {
        if (!file->CanRead)
        {
            return -Errno.EBADF;
        }

        if (file->Operations->Read == null)
        {
            return file->Node->IsDirectory ? -Errno.EISDIR : -Errno.EINVAL;
        }

        count = Math.Min(count, LargestTransfer);
        ulong allowed = AddressSpace.Current->AllowedPrefix(buffer, count, Protection.Write);
        if (allowed == 0 && count != 0)
        {
            // As in Linux, the address does not matter where there is nothing to copy.
            bool isAtEnd = file->Node->IsRegular && (ulong)*position >= file->Node->Size;
            return isAtEnd || file->Operations == FileOperations.Null ? 0 : -Errno.EFAULT;
        }

        return file->Operations->Read(file, (byte*)buffer, allowed, position);
    }

    private static long WriteAt(OpenFile* file, ulong buffer, ulong count, long* position)
    {
        if (!file->CanWrite)
        {
            return -Errno.EBADF;
        }

        if (file->Operations->Write == null)
        {
            return -Errno.EINVAL;
        }

        count = Math.Min(count, LargestTransfer);
        ulong allowed = AddressSpace.Current->AllowedPrefix(buffer, count, Protection.Read);
        return allowed == 0 && count != 0
            ? -Errno.EFAULT
            : file->Operations->Write(file, (byte*)buffer, allowed, position);
    }

    private static long Each(OpenFile* file, UserPointer<IoVector> vector, int count, bool write)
    {
        if (count is < 0 or > LargestVector)
        {
            return -Errno.EINVAL;
        }

        // First all is looked at: a wrong vector moves no byte.
        for (int i = 0; i < count; i++)
        {
            if (!vector.At(i).TryRead(out IoVector part))
            {
                return -Errno.EFAULT;
            }

            if ((long)part.Length < 0)
            {
                return -Errno.EINVAL;
            }
        }

        long moved = 0;
        for (int i = 0; i < count; i++)
        {
            vector.At(i).TryRead(out IoVector part);
            if (part.Length == 0)
            {
                continue;
            }

            ulong bytes = Math.Min(part.Length, LargestTransfer - (ulong)moved);
            long result = write
                ? WriteAt(file, part.Base, bytes, &file->Position)
                : ReadAt(file, part.Base, bytes, &file->Position);
            if (result < 0)
            {
                return moved == 0 ? result : moved;
            }

            moved += result;
            if ((ulong)result < part.Length)
            {
                break;
            }
        }

        return moved;
    }
}
