using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Bytes from one file to another, without the application's memory.</summary>
internal static unsafe class FileCopies
{
    // SEEK_SET and SEEK_CUR.
    private const uint Set = 0, Current = 1;

    /// <summary>sendfile(2).</summary>
    [Syscall(40)]
    internal static long SendFile(int output, int input, UserPointer<long> offset, ulong count)
    {
        // In Linux's order: fs/read_write.c, do_sendfile.
        long position = 0;
        if (!offset.IsNull && !offset.TryRead(out position))
        {
            return -Errno.EFAULT;
        }

        FileReference from = DescriptorTable.Get(input);
        FileReference to = DescriptorTable.Get(output);
        bool hasPosition = !from.IsNull && (from.File->Operations->HasPosition || from.File->Operations->HasForeignPosition);
        long result = from.IsNull || !from.File->CanRead ? -Errno.EBADF
            : !offset.IsNull && !hasPosition ? -Errno.ESPIPE
            : position < 0 || (long)count < 0 ? -Errno.EINVAL
            : to.IsNull || !to.File->CanWrite ? -Errno.EBADF
            : SendFile(to.File, from.File, offset, position, count);
        from.Release();
        to.Release();
        return result;
    }

    /// <summary>copy_file_range(2).</summary>
    [Syscall(326)]
    internal static long CopyRange(int input, UserPointer<long> inputOffset, int output, UserPointer<long> outputOffset, ulong count, uint flags)
    {
        FileReference from = DescriptorTable.Get(input);
        FileReference to = DescriptorTable.Get(output);
        long result = from.IsNull || to.IsNull ? -Errno.EBADF
            : CopyRange(from.File, inputOffset, to.File, outputOffset, count, flags);
        from.Release();
        to.Release();
        return result;
    }

    private static long SendFile(OpenFile* to, OpenFile* from, UserPointer<long> offset, long position, ulong count)
    {
        bool hasOffset = !offset.IsNull;
        bool isForeign = from->Operations->HasForeignPosition;
        position = hasOffset ? position : isForeign ? from->Operations->Seek(from, 0, Current) : from->Position;
        if (count == 0 && to->Node->Kind == FileMode.Pipe)
        {
            return 0;
        }

        if (!(from->Operations->HasPosition || isForeign) || position < 0 || to->Operations->Write == null || (to->Flags & OpenFlags.Append) != 0)
        {
            return -Errno.EINVAL;
        }

        if (from->Operations->Read == null)
        {
            return -Errno.EINVAL;
        }

        long outputPosition = to->Operations->HasForeignPosition ? -1 : to->Position;
        long result = Copy(from, ref position, to, ref outputPosition, Math.Min(count, Transfer.Largest));
        if (result <= 0)
        {
            return result;
        }

        to->Position = outputPosition;
        if (!hasOffset && isForeign)
        {
            from->Operations->Seek(from, position, Set);
            return result;
        }

        if (!hasOffset)
        {
            from->Position = position;
            return result;
        }

        return offset.TryWrite(position) ? result : -Errno.EFAULT;
    }

    private static long CopyRange(OpenFile* from, UserPointer<long> inputOffset, OpenFile* to, UserPointer<long> outputOffset, ulong count, uint flags)
    {
        long input = from->Position;
        long output = to->Position;
        if ((!inputOffset.IsNull && !inputOffset.TryRead(out input)) || (!outputOffset.IsNull && !outputOffset.TryRead(out output)))
        {
            return -Errno.EFAULT;
        }

        if (flags != 0)
        {
            return -Errno.EINVAL;
        }

        long result = CheckRange(from, input, to, output, ref count);
        result = result < 0 || count == 0 ? result : Copy(from, ref input, to, ref output, Math.Min(count, Transfer.Largest));
        if (result <= 0)
        {
            return result;
        }

        bool isWritten = true;
        if (inputOffset.IsNull)
        {
            from->Position = input;
        }
        else
        {
            isWritten &= inputOffset.TryWrite(input);
        }

        if (outputOffset.IsNull)
        {
            to->Position = output;
        }
        else
        {
            isWritten &= outputOffset.TryWrite(output);
        }

        return isWritten ? result : -Errno.EFAULT;
    }

    // Linux, fs/read_write.c, generic_copy_file_checks.
    private static long CheckRange(OpenFile* from, long input, OpenFile* to, long output, ref ulong count)
    {
        if (from->Node->IsDirectory || to->Node->IsDirectory)
        {
            return -Errno.EISDIR;
        }

        if (!from->Node->IsRegular || !to->Node->IsRegular)
        {
            return -Errno.EINVAL;
        }

        if (!from->CanRead || !to->CanWrite || (to->Flags & OpenFlags.Append) != 0)
        {
            return -Errno.EBADF;
        }

        if (from->Node->FileSystem != to->Node->FileSystem || from->Operations != to->Operations)
        {
            return -Errno.EXDEV;
        }

        if ((ulong)input + count < (ulong)input || (ulong)output + count < (ulong)output)
        {
            return -Errno.EOVERFLOW;
        }

        if (output == long.MaxValue)
        {
            return -Errno.EFBIG;
        }

        if (input < 0 || output < 0)
        {
            return -Errno.EINVAL;
        }

        ulong size = from->Node->Size;
        count = (ulong)input >= size ? 0 : Math.Min(count, size - (ulong)input);
        bool overlaps = from->Node == to->Node && (ulong)output < (ulong)input + count && (ulong)input < (ulong)output + count;
        return overlaps && count != 0 ? -Errno.EINVAL : 0;
    }

    // In pages: each is read under the lock of one file and written under that of the other.
    private static long Copy(OpenFile* from, ref long input, OpenFile* to, ref long output, ulong count)
    {
        byte* page = PathBuffers.Take();
        if (page == null)
        {
            return -Errno.ENOMEM;
        }

        long done = 0;
        long result = 0;
        while ((ulong)done < count)
        {
            Transfer read = Transfer.OfKernel(page, Math.Min(count - (ulong)done, KernelPages.Size));
            read.Position = input;
            result = Transfers.Move(from, &read, write: false);
            if (result <= 0)
            {
                break;
            }

            Transfer write = Transfer.OfKernel(page, (ulong)result);
            write.Position = output;
            long got = result;
            result = Transfers.Move(to, &write, write: true);
            if (result <= 0)
            {
                break;
            }

            input += result;
            output = to->Operations->HasPosition ? write.Position : output;
            done += result;
            if (result < got)
            {
                break;
            }
        }

        PathBuffers.Give(page);
        return done != 0 ? done : result;
    }
}
