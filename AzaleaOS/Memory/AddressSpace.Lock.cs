using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>mlock and its family. Memory is never swapped; what locking means here is that pages are provided, and not taken away by advice.</summary>
/// <remarks>Source: Linux, mm/mlock.c. There is one user, root, for whom RLIMIT_MEMLOCK does not count.</remarks>
internal unsafe partial struct AddressSpace
{
    private const AreaFlags LockFlags = AreaFlags.Locked | AreaFlags.LockedOnFault;

    /// <summary>Bytes that are locked: VmLck.</summary>
    internal ulong LockedBytes
    {
        get
        {
            ulong sum = 0;
            for (Area* area = _areas.FirstEndingAfter(0); area != null; area = _areas.FirstEndingAfter(area->End))
            {
                sum += (area->Flags & AreaFlags.Locked) != 0 ? area->Length : 0;
            }

            return sum;
        }
    }

    /// <summary>mlock, mlock2 and munlock.</summary>
    /// <param name="address">The first address; rounded down to a page.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="flags">Locked, also with LockedOnFault; None to unlock.</param>
    /// <returns>0; -EINVAL if the range wraps; -ENOMEM where it has holes or is inaccessible; -EAGAIN without memory.</returns>
    internal long SetLock(ulong address, ulong length, AreaFlags flags)
    {
        ulong start = address & ~(PageSize - 1);
        ulong end = start + RoundUp(length + (address % PageSize));
        if (end < start)
        {
            return -Errno.EINVAL;
        }

        if (end == start)
        {
            return 0;
        }

        if (_areas.Find(start) == null)
        {
            return -Errno.ENOMEM;
        }

        long result = 0;
        ulong at = start;
        while (at < end && result == 0)
        {
            Area* area = _areas.Find(at);
            ulong until = area == null ? at : Math.Min(end, area->End);
            result = area == null || WithFlags(area, at, until, flags, LockFlags) == null ? -Errno.ENOMEM : 0;
            at = until;
        }

        _areas.JoinBetween(start, at);
        return result == 0 && flags == AreaFlags.Locked ? ProvideLocked(start, end) : result;
    }

    /// <summary>mlockall and munlockall.</summary>
    /// <param name="current">What becomes of all that is mapped, or null to leave it.</param>
    /// <param name="future">What becomes of all that will be mapped.</param>
    /// <returns>0, -ENOMEM.</returns>
    internal long SetLockOfAll(AreaFlags? current, AreaFlags future)
    {
        _future = future;
        if (current is not { } flags)
        {
            return 0;
        }

        for (Area* area = _areas.FirstEndingAfter(0); area != null; area = _areas.FirstEndingAfter(area->End))
        {
            if ((area->Flags & AreaFlags.Sealed) == 0)
            {
                area->Flags = (area->Flags & ~LockFlags) | flags;
            }
        }

        _areas.JoinBetween(0, _high);

        // As in Linux, what cannot be provided is not an error of mlockall.
        for (Area* area = _areas.FirstEndingAfter(0); area != null && flags == AreaFlags.Locked; area = _areas.FirstEndingAfter(area->End))
        {
            _ = ProvideArea(area, area->Start, area->End);
        }

        return 0;
    }

    private long ProvideLocked(ulong start, ulong end)
    {
        for (ulong at = start; at < end;)
        {
            Area* area = _areas.Find(at);
            ulong until = Math.Min(end, area->End);
            long result = ProvideArea(area, at, until);
            if (result < 0)
            {
                return result == -Errno.ENOMEM ? -Errno.EAGAIN : -Errno.ENOMEM;
            }

            at = until;
        }

        return 0;
    }
}
