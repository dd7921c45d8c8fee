using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Locks on files.</summary>
internal static unsafe class FileLockCalls
{
    private const uint Get = 0;
    private const uint SetAndWait = 2;

    /// <summary>flock(2).</summary>
    [Syscall(73)]
    internal static long Lock(int descriptor, uint operation)
    {
        const uint Shared = 1, Exclusive = 2, NonBlocking = 4, Unlock = 8, Mandatory = 0x20;
        if ((operation & Mandatory) != 0)
        {
            // LOCK_MAND did something once; Linux answers 0 before it looks at the descriptor.
            return 0;
        }

        uint kind = operation & ~NonBlocking;
        if (kind is not (Shared or Exclusive or Unlock))
        {
            return -Errno.EINVAL;
        }

        FileReference reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        OpenFile* file = reference.File;
        long result = kind != Unlock && !file->CanRead && !file->CanWrite ? -Errno.EBADF : 0;
        if (result == 0)
        {
            FileLock wanted = new() { Owner = file, End = ulong.MaxValue, IsExclusive = kind == Exclusive, IsWhole = true };
            result = FileLocks.Set(file->Node, wanted, kind == Unlock, waits: (operation & NonBlocking) == 0);
        }

        reference.Release();
        return result;
    }

    /// <summary>The commands of fcntl: F_GETLK, F_SETLK and F_SETLKW, or those for open files.</summary>
    /// <param name="file">The open file.</param>
    /// <param name="command">0 to 2, in this order.</param>
    /// <param name="address">Of a <see cref="RecordLock"/>.</param>
    /// <param name="ofProcess">The process owns the lock, else the open file.</param>
    internal static long Control(OpenFile* file, uint command, ulong address, bool ofProcess)
    {
        if (!UserMemory.TryRead(address, out RecordLock record))
        {
            return -Errno.EFAULT;
        }

        bool isUnlock = record.Type == RecordLock.Unlock;
        if (command == Get && isUnlock && ofProcess)
        {
            return -Errno.EINVAL;
        }

        long result = RangeOf(file, record, out FileLock wanted);
        if (result < 0)
        {
            return result;
        }

        if (record.Type is not (RecordLock.Read or RecordLock.Write or RecordLock.Unlock) || (!ofProcess && record.Process != 0))
        {
            return -Errno.EINVAL;
        }

        wanted.Owner = ofProcess ? null : file;
        wanted.IsExclusive = record.Type == RecordLock.Write;
        if (command == Get)
        {
            return Answer(file->Node, wanted, record, address);
        }

        if ((record.Type == RecordLock.Read && !file->CanRead) || (record.Type == RecordLock.Write && !file->CanWrite))
        {
            return -Errno.EBADF;
        }

        return FileLocks.Set(file->Node, wanted, isUnlock, waits: command == SetAndWait);
    }

    private static long Answer(FileNode* node, in FileLock wanted, RecordLock record, ulong address)
    {
        if (FileLocks.TryFind(node, wanted, record.Type == RecordLock.Unlock, out FileLock found))
        {
            record.Type = found.IsExclusive ? RecordLock.Write : RecordLock.Read;
            record.Whence = 0;
            record.Start = (long)found.Start;
            record.Length = found.End == long.MaxValue ? 0 : (long)(found.End - found.Start + 1);
            record.Process = found.Owner == null ? Process.Id : -1;
        }
        else
        {
            record.Type = RecordLock.Unlock;
        }

        return UserMemory.TryWrite(address, record) ? 0 : -Errno.EFAULT;
    }

    // Linux, fs/locks.c, flock64_to_posix_lock.
    private static long RangeOf(OpenFile* file, in RecordLock record, out FileLock range)
    {
        const short Set = 0, Current = 1, End = 2;
        range = default;
        long origin = record.Whence switch
        {
            Set => 0,
            Current => file->Position,
            End => (long)file->Node->Size,
            _ => -1,
        };
        if (origin < 0)
        {
            return -Errno.EINVAL;
        }

        if (record.Start > long.MaxValue - origin)
        {
            return -Errno.EOVERFLOW;
        }

        long start = origin + record.Start;
        if (start < 0)
        {
            return -Errno.EINVAL;
        }

        long end = long.MaxValue;
        if (record.Length > 0)
        {
            if (record.Length - 1 > long.MaxValue - start)
            {
                return -Errno.EOVERFLOW;
            }

            end = start + record.Length - 1;
        }
        else if (record.Length < 0)
        {
            if (start + record.Length < 0)
            {
                return -Errno.EINVAL;
            }

            end = start - 1;
            start += record.Length;
        }

        range.Start = (ulong)start;
        range.End = (ulong)end;
        return 0;
    }
}
