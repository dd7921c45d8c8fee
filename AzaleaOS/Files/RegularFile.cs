using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>Reading a file whose bytes are in memory.</summary>
internal static unsafe class RegularFile
{
    private const uint BytesToRead = 0x541b;

    /// <summary>Copies bytes out; 0 at the end of the file.</summary>
    internal static long Read(OpenFile* file, Transfer* transfer)
    {
        ulong at = (ulong)transfer->Position;
        if (at >= file->Node->Size || transfer->Left == 0)
        {
            return 0;
        }

        ulong bytes = Math.Min(transfer->Left, file->Node->Size - at);
        ulong moved = transfer->Put(file->Node->Data + at, bytes);
        transfer->Position += (long)moved;
        return moved == 0 ? -Errno.EFAULT : (long)moved;
    }

    /// <summary>lseek.</summary>
    internal static long Seek(OpenFile* file, long offset, uint whence)
    {
        const uint Set = 0, Current = 1, End = 2, Data = 3, Hole = 4;
        long size = (long)file->Node->Size;
        if (whence is Data or Hole && (offset < 0 || offset >= size))
        {
            return -Errno.ENXIO;
        }

        long target = whence switch
        {
            Set => offset,
            Current => file->Position + offset,
            End => size + offset,
            Data => offset,
            Hole => size,
            _ => -1,
        };
        return target < 0 ? -Errno.EINVAL : file->Position = target;
    }

    /// <summary>FIONREAD is what ioctl knows of a regular file.</summary>
    internal static long Control(OpenFile* file, uint request, ulong argument)
        => request != BytesToRead ? -Errno.ENOTTY
            : UserMemory.TryWrite(argument, (int)((long)file->Node->Size - file->Position)) ? 0 : -Errno.EFAULT;
}
