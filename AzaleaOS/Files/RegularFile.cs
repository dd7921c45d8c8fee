using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Files;

/// <summary>A regular file as an open file.</summary>
internal static unsafe class RegularFile
{
    private const uint BytesToRead = 0x541b;

    /// <summary>RLIMIT_FSIZE: the size to which a file may be written.</summary>
    internal static ulong SizeLimit { get; set; } = ulong.MaxValue;

    /// <summary>Sends SIGXFSZ to the running thread. Set by whoever starts the application.</summary>
    internal static delegate*<void> SignalTooLarge { get; set; }

    /// <summary>Copies bytes out; 0 at the end of the file.</summary>
    internal static long Read(OpenFile* file, Transfer* transfer)
    {
        FileNode* node = file->Node;
        if (transfer->Left == 0)
        {
            return 0;
        }

        node->DataLock.Enter();
        long result = FileContents.Read(node, transfer);
        node->DataLock.Exit();
        FileTime.Access(node, file->Flags);
        return result;
    }

    /// <summary>Copies bytes in, at the end of the file if it was opened so.</summary>
    internal static long Write(OpenFile* file, Transfer* transfer)
    {
        FileNode* node = file->Node;
        if (transfer->Left == 0)
        {
            return 0;
        }

        node->DataLock.Enter();
        if (transfer->Append)
        {
            transfer->Position = (long)node->Size;
        }

        long result = Limit(node, transfer);
        if (result == 0)
        {
            FileTime.Modify(node);
            result = FileContents.Write(node, transfer);
        }

        node->DataLock.Exit();
        return result;
    }

    /// <summary>Makes a file longer or shorter, within what its seals and the process's limit allow.</summary>
    /// <returns>0, or -EPERM, -EFBIG, -EINVAL.</returns>
    internal static long Resize(FileNode* node, ulong size)
    {
        node->DataLock.Enter();
        long result = 0;
        if ((size < node->Size && (node->Seals & FileSeals.Shrink) != 0) || (size > node->Size && (node->Seals & FileSeals.Grow) != 0))
        {
            result = -Errno.EPERM;
        }
        else if (size > node->Size && size > SizeLimit)
        {
            Exceed();
            result = -Errno.EFBIG;
        }
        else
        {
            FileTime.Modify(node);
            FileContents.Resize(node, size);
        }

        node->DataLock.Exit();
        return result;
    }

    /// <summary>fallocate.</summary>
    /// <param name="node">The file.</param>
    /// <param name="mode">FALLOC_FL_ bits.</param>
    /// <param name="start">The first byte.</param>
    /// <param name="end">Behind the last byte.</param>
    /// <returns>0, or -EOPNOTSUPP, -EPERM, -EFBIG, -ENOSPC.</returns>
    internal static long Allocate(FileNode* node, uint mode, ulong start, ulong end)
    {
        const uint KeepSize = 1, PunchHole = 2;
        if ((mode & ~(KeepSize | PunchHole)) != 0)
        {
            return -Errno.EOPNOTSUPP;
        }

        node->DataLock.Enter();
        long result;
        if ((mode & PunchHole) != 0)
        {
            result = (node->Seals & (FileSeals.Write | FileSeals.FutureWrite)) != 0 ? -Errno.EPERM : FileContents.PunchHole(node, start, end);
            if (result == 0)
            {
                FileTime.Modify(node);
            }
        }
        else if (end > node->Size && end > SizeLimit)
        {
            Exceed();
            result = -Errno.EFBIG;
        }
        else if ((node->Seals & FileSeals.Grow) != 0 && end > node->Size)
        {
            result = -Errno.EPERM;
        }
        else
        {
            result = FileContents.Allocate(node, start, end);
            if (result == 0)
            {
                if ((mode & KeepSize) == 0 && end > node->Size)
                {
                    FileContents.Resize(node, end);
                }

                FileTime.Modify(node);
            }
        }

        node->DataLock.Exit();
        return result;
    }

    /// <summary>lseek.</summary>
    internal static long Seek(OpenFile* file, long offset, uint whence)
    {
        const uint Set = 0, Current = 1, End = 2, Data = 3, Hole = 4;
        FileNode* node = file->Node;
        if (whence is Data or Hole)
        {
            node->DataLock.Enter();
            long found = offset < 0 || (ulong)offset >= node->Size ? -Errno.ENXIO
                : whence == Data ? FileContents.FindData(node, (ulong)offset)
                : FileContents.FindHole(node, (ulong)offset);
            node->DataLock.Exit();
            return found < 0 ? found : file->Position = found;
        }

        long target = whence switch
        {
            Set => offset,
            Current => file->Position + offset,
            End => (long)node->Size + offset,
            _ => -1,
        };
        return target < 0 ? -Errno.EINVAL : file->Position = target;
    }

    /// <summary>FIONREAD is what ioctl knows of a regular file.</summary>
    internal static long Control(OpenFile* file, uint request, ulong argument)
        => request != BytesToRead ? -Errno.ENOTTY
            : UserMemory.TryWrite(argument, (int)((long)file->Node->Size - file->Position)) ? 0 : -Errno.EFAULT;

    // How much may be written, before anything is.
    private static long Limit(FileNode* node, Transfer* transfer)
    {
        if ((node->Seals & (FileSeals.Write | FileSeals.FutureWrite)) != 0)
        {
            return -Errno.EPERM;
        }

        ulong position = (ulong)transfer->Position;
        if (position >= SizeLimit)
        {
            Exceed();
            return -Errno.EFBIG;
        }

        if (position >= FileContents.LargestSize)
        {
            return -Errno.EFBIG;
        }

        transfer->Left = Math.Min(transfer->Left, Math.Min(SizeLimit, FileContents.LargestSize) - position);
        return 0;
    }

    private static void Exceed()
    {
        if (SignalTooLarge != null)
        {
            SignalTooLarge();
        }
    }
}
