using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Permissions, owners and times of files.</summary>
internal static unsafe class AttributeChanges
{
    private const long Second = 1_000_000_000;
    private const uint Unchanged = uint.MaxValue;

    /// <summary>chmod(2).</summary>
    [Syscall(90)]
    internal static long ChangeMode(ulong path, uint mode) => ChangeModeAt(AtFlags.WorkingDirectory, path, mode, 0);

    /// <summary>fchmod(2).</summary>
    [Syscall(91)]
    internal static long ChangeModeOfDescriptor(int descriptor, uint mode)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        long result = reference.IsNull ? -Errno.EBADF : SetMode(reference.File->Node, mode);
        reference.Release();
        return result;
    }

    /// <summary>fchmodat(2).</summary>
    [Syscall(268)]
    internal static long ChangeModeAt(int directory, ulong path, uint mode) => ChangeModeAt(directory, path, mode, 0);

    /// <summary>fchmodat2(2).</summary>
    [Syscall(452)]
    internal static long ChangeModeAt(int directory, ulong path, uint mode, int flags)
    {
        long result = Find(directory, path, flags, out FileNode* node);
        if (result == 0)
        {
            result = SetMode(node, mode);
            FileNode.Drop(node);
        }

        return result;
    }

    /// <summary>chown(2).</summary>
    [Syscall(92)]
    internal static long ChangeOwner(ulong path, uint user, uint group) => ChangeOwnerAt(AtFlags.WorkingDirectory, path, user, group, 0);

    /// <summary>fchown(2).</summary>
    [Syscall(93)]
    internal static long ChangeOwnerOfDescriptor(int descriptor, uint user, uint group)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        long result = reference.IsNull ? -Errno.EBADF : SetOwner(reference.File->Node, user, group);
        reference.Release();
        return result;
    }

    /// <summary>lchown(2).</summary>
    [Syscall(94)]
    internal static long ChangeOwnerOfLink(ulong path, uint user, uint group)
        => ChangeOwnerAt(AtFlags.WorkingDirectory, path, user, group, AtFlags.NoFollow);

    /// <summary>fchownat(2).</summary>
    [Syscall(260)]
    internal static long ChangeOwnerAt(int directory, ulong path, uint user, uint group, int flags)
    {
        long result = Find(directory, path, flags, out FileNode* node);
        if (result == 0)
        {
            result = SetOwner(node, user, group);
            FileNode.Drop(node);
        }

        return result;
    }

    /// <summary>utime(2): seconds.</summary>
    [Syscall(132)]
    internal static long SetTimesInSeconds(ulong path, ulong times)
    {
        Timespec accessed = Now;
        Timespec modified = Now;
        if (times != 0)
        {
            accessed = modified = default;
            if (!UserMemory.TryRead(times, out accessed.Seconds) || !UserMemory.TryRead(times + sizeof(long), out modified.Seconds))
            {
                return -Errno.EFAULT;
            }
        }

        return SetTimes(AtFlags.WorkingDirectory, path, accessed, modified, 0);
    }

    /// <summary>utimes(2): microseconds.</summary>
    [Syscall(235)]
    internal static long SetTimesInMicroseconds(ulong path, UserPointer<Timeval> times) => SetTimesInMicroseconds(AtFlags.WorkingDirectory, path, times);

    /// <summary>futimesat(2): microseconds. Without a path, the descriptor.</summary>
    [Syscall(261)]
    internal static long SetTimesInMicroseconds(int directory, ulong path, UserPointer<Timeval> times)
    {
        const long MicrosecondsPerSecond = 1_000_000;
        if (times.IsNull)
        {
            return SetTimes(directory, path, Now, Now, 0);
        }

        if (!times.TryRead(out Timeval accessed) || !times.At(1).TryRead(out Timeval modified))
        {
            return -Errno.EFAULT;
        }

        return accessed.Microseconds is < 0 or >= MicrosecondsPerSecond || modified.Microseconds is < 0 or >= MicrosecondsPerSecond
            ? -Errno.EINVAL
            : SetTimes(directory, path, ToTimespec(accessed), ToTimespec(modified), 0);
    }

    /// <summary>utimensat(2): nanoseconds. Without a path, the descriptor.</summary>
    [Syscall(280)]
    internal static long SetTimesInNanoseconds(int directory, ulong path, UserPointer<Timespec> times, int flags)
    {
        Timespec accessed = Now;
        Timespec modified = Now;
        if (!times.IsNull)
        {
            if (!times.TryRead(out accessed) || !times.At(1).TryRead(out modified))
            {
                return -Errno.EFAULT;
            }

            if (accessed.Nanoseconds == SetTime.Omit && modified.Nanoseconds == SetTime.Omit)
            {
                return 0;
            }
        }

        return SetTimes(directory, path, accessed, modified, flags);
    }

    private static Timespec Now => new() { Nanoseconds = SetTime.Now };

    private static bool IsValid(in Timespec time) => time.Nanoseconds is SetTime.Now or SetTime.Omit or (>= 0 and < Second);

    private static Timespec ToTimespec(in Timeval time) => new() { Seconds = time.Seconds, Nanoseconds = time.Microseconds * 1000 };

    // Linux, fs/utimes.c, do_utimes.
    private static long SetTimes(int directory, ulong path, in Timespec accessed, in Timespec modified, int flags)
    {
        FileNode* node;
        if (path == 0 && directory != AtFlags.WorkingDirectory)
        {
            if (flags != 0)
            {
                return -Errno.EINVAL;
            }

            FileReference reference = DescriptorTable.Get(directory);
            if (reference.IsNull)
            {
                return -Errno.EBADF;
            }

            long set = SetTimes(reference.File->Node, accessed, modified);
            reference.Release();
            return set;
        }

        long result = Find(directory, path, flags, out node);
        if (result == 0)
        {
            result = SetTimes(node, accessed, modified);
            FileNode.Drop(node);
        }

        return result;
    }

    private static long SetTimes(FileNode* node, in Timespec accessed, in Timespec modified)
    {
        if (!IsValid(accessed) || !IsValid(modified))
        {
            return -Errno.EINVAL;
        }

        Timespec now = FileTime.Now();
        FileTree.Lock.Enter();
        Set(ref node->Accessed, accessed, now);
        Set(ref node->Modified, modified, now);
        node->Changed = now;
        FileTree.Lock.Exit();
        return 0;
    }

    private static void Set(ref Timespec time, in Timespec wanted, in Timespec now)
    {
        if (wanted.Nanoseconds != SetTime.Omit)
        {
            time = wanted.Nanoseconds == SetTime.Now ? now : wanted;
        }
    }

    private static long SetMode(FileNode* node, uint mode)
    {
        if (node->IsSymbolicLink)
        {
            return -Errno.EOPNOTSUPP;
        }

        FileTree.Lock.Enter();
        long result = 0;
        if ((node->Seals & FileSeals.Execute) != 0 && ((node->Mode ^ mode) & FileMode.AnyExecute) != 0)
        {
            result = -Errno.EPERM;
        }
        else
        {
            node->Mode = node->Kind | (mode & FileMode.PermissionMask);
            FileTime.Change(node);
        }

        FileTree.Lock.Exit();
        return result;
    }

    private static long SetOwner(FileNode* node, uint user, uint group)
    {
        FileTree.Lock.Enter();
        node->User = user == Unchanged ? node->User : user;
        node->Group = group == Unchanged ? node->Group : group;
        if (!node->IsDirectory)
        {
            // A program must not run as its new owner because it ran as the old one.
            bool dropsGroup = (node->Mode & FileMode.GroupExecute) != 0;
            node->Mode &= ~(FileMode.SetUser | (dropsGroup ? FileMode.SetGroup : 0));
        }

        FileTime.Change(node);
        FileTree.Lock.Exit();
        return 0;
    }

    private static long Find(int directory, ulong path, int flags, out FileNode* node)
    {
        node = null;
        return (flags & ~(AtFlags.NoFollow | AtFlags.EmptyPath)) != 0
            ? -Errno.EINVAL
            : PathArguments.Find(directory, path, (flags & AtFlags.NoFollow) == 0, (flags & AtFlags.EmptyPath) != 0, out node);
    }
}
