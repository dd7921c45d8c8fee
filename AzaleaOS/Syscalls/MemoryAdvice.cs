using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>What the application says of its memory, asks about it, and wants to keep: madvise, mincore, msync, mlock.</summary>
internal static unsafe class MemoryAdvice
{
    /// <summary>msync(2): files are in memory, so that there is nothing to write.</summary>
    [Syscall(26)]
    internal static long Synchronize(ulong address, ulong length, uint flags)
    {
        const uint Async = 1, Invalidate = 2, Sync = 4;
        if ((flags & ~(Async | Invalidate | Sync)) != 0 || address % AddressSpace.PageSize != 0 || (flags & (Async | Sync)) == (Async | Sync))
        {
            return -Errno.EINVAL;
        }

        ulong bytes = AddressSpace.RoundUp(length);
        if (address + bytes < address)
        {
            return -Errno.ENOMEM;
        }

        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        long result = space->Synchronize(address, address + bytes, (flags & Invalidate) != 0);
        space->Lock.Exit();
        return result;
    }

    /// <summary>mincore(2).</summary>
    [Syscall(27)]
    internal static long FindResident(ulong address, ulong length, ulong vector)
    {
        const int Chunk = 256;
        if (address % AddressSpace.PageSize != 0)
        {
            return -Errno.EINVAL;
        }

        if (!UserMemory.IsInside(address, length))
        {
            return -Errno.ENOMEM;
        }

        ulong pages = (length / AddressSpace.PageSize) + (length % AddressSpace.PageSize != 0 ? 1UL : 0);
        if (!UserMemory.IsInside(vector, pages))
        {
            return -Errno.EFAULT;
        }

        AddressSpace* space = AddressSpace.Current;
        byte* states = stackalloc byte[Chunk];
        for (ulong done = 0; done < pages;)
        {
            int count = (int)Math.Min(pages - done, Chunk);
            space->Lock.Enter();
            int mapped = space->FindResident(address + (done * AddressSpace.PageSize), new Span<byte>(states, count));
            space->Lock.Exit();
            if (mapped == 0)
            {
                return -Errno.ENOMEM;
            }

            if (UserMemory.CopyOut(vector + done, states, (ulong)mapped) != (ulong)mapped)
            {
                return -Errno.EFAULT;
            }

            done += (ulong)mapped;
        }

        return 0;
    }

    /// <summary>madvise(2).</summary>
    [Syscall(28)]
    internal static long Advise(ulong address, ulong length, Advice advice)
    {
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        long result = space->Advise(address, length, advice);
        space->Lock.Exit();

        // Another thread may have unmapped the file meanwhile.
        FileTree.DropDeferred();
        return result;
    }

    /// <summary>mlock(2).</summary>
    [Syscall(149)]
    internal static long Lock(ulong address, ulong length) => SetLock(address, length, AreaFlags.Locked);

    /// <summary>munlock(2).</summary>
    [Syscall(150)]
    internal static long Unlock(ulong address, ulong length) => SetLock(address, length, AreaFlags.None);

    /// <summary>mlock2(2).</summary>
    [Syscall(325)]
    internal static long Lock(ulong address, ulong length, uint flags)
    {
        const uint OnFault = 1;
        return (flags & ~OnFault) != 0
            ? -Errno.EINVAL
            : SetLock(address, length, AreaFlags.Locked | (flags != 0 ? AreaFlags.LockedOnFault : AreaFlags.None));
    }

    /// <summary>mlockall(2).</summary>
    [Syscall(151)]
    internal static long LockAll(uint flags)
    {
        const uint Current = 1, Future = 2, OnFault = 4;
        if (flags is 0 or OnFault || (flags & ~(Current | Future | OnFault)) != 0)
        {
            return -Errno.EINVAL;
        }

        AreaFlags locked = AreaFlags.Locked | ((flags & OnFault) != 0 ? AreaFlags.LockedOnFault : AreaFlags.None);
        return SetLockOfAll((flags & Current) != 0 ? locked : null, (flags & Future) != 0 ? locked : AreaFlags.None);
    }

    /// <summary>munlockall(2).</summary>
    [Syscall(152)]
    internal static long UnlockAll() => SetLockOfAll(AreaFlags.None, AreaFlags.None);

    private static long SetLock(ulong address, ulong length, AreaFlags flags)
    {
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        long result = space->SetLock(address, length, flags);
        space->Lock.Exit();
        return result;
    }

    private static long SetLockOfAll(AreaFlags? current, AreaFlags future)
    {
        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        long result = space->SetLockOfAll(current, future);
        space->Lock.Exit();
        return result;
    }
}
