using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>mremap.</summary>
/// <remarks>Pages are moved by moving their entries in the page tables. Source: Linux, mm/mremap.c.</remarks>
internal unsafe partial struct AddressSpace
{
    /// <summary>mremap.</summary>
    /// <param name="start">The mapping's address.</param>
    /// <param name="oldLength">Its bytes; rounded up to pages.</param>
    /// <param name="newLength">How many it shall have.</param>
    /// <param name="flags">MREMAP_ flags.</param>
    /// <param name="target">Where to, with MREMAP_FIXED; a hint with MREMAP_DONTUNMAP.</param>
    /// <returns>The address, or -EINVAL, -EFAULT, -ENOMEM.</returns>
    internal long Remap(ulong start, ulong oldLength, ulong newLength, RemapFlags flags, ulong target)
    {
        const RemapFlags All = RemapFlags.MayMove | RemapFlags.Fixed | RemapFlags.DontUnmap;
        ulong oldBytes = RoundUp(oldLength);
        ulong newBytes = RoundUp(newLength);
        bool mayMove = (flags & RemapFlags.MayMove) != 0;
        bool isPlaced = (flags & (RemapFlags.Fixed | RemapFlags.DontUnmap)) != 0;
        bool isWrong = (flags & ~All) != 0 || start % PageSize != 0 || newBytes == 0 || newBytes > _high
            || (isPlaced && (!mayMove || target % PageSize != 0 || target > _high - newBytes || (target < start + oldBytes && start < target + newBytes)))
            || ((flags & RemapFlags.DontUnmap) != 0 && oldBytes != newBytes);
        if (isWrong)
        {
            return -Errno.EINVAL;
        }

        Area* area = _areas.Find(start);
        if (area == null)
        {
            return -Errno.EFAULT;
        }

        if ((area->Flags & AreaFlags.Sealed) != 0)
        {
            return -Errno.EPERM;
        }

        if (!_areas.Reserve(6))
        {
            return -Errno.ENOMEM;
        }

        if (isPlaced)
        {
            return MoveTo(start, oldBytes, newBytes, flags, target);
        }

        if (newBytes <= oldBytes)
        {
            long removed = newBytes == oldBytes ? 0 : Unmap(start + newBytes, oldBytes - newBytes);
            return removed < 0 ? removed : (long)start;
        }

        long checkedArea = MayResize(area, start, oldBytes, newBytes);
        if (checkedArea < 0)
        {
            return checkedArea;
        }

        if (area->End == start + oldBytes && TryGrow(area, newBytes - oldBytes))
        {
            return (long)start;
        }

        if (!mayMove)
        {
            return -Errno.ENOMEM;
        }

        ulong place = Place(0, newBytes, area->Unit, MapFlags.None);
        return place == 0 ? -Errno.ENOMEM : MoveArea(start, oldBytes, newBytes, place, keepsOld: false);
    }

    private static long MayResize(Area* area, ulong start, ulong oldBytes, ulong newBytes)
    {
        // A second mapping of the same pages: of shared memory only, and that of no file has no name to find it by.
        if (oldBytes == 0)
        {
            return area->IsShared && area->Backing != null ? 0 : -Errno.EINVAL;
        }

        if (oldBytes > area->End - start)
        {
            return -Errno.EFAULT;
        }

        return ((start | oldBytes | newBytes) & (area->Unit - 1)) != 0 ? -Errno.EINVAL : 0;
    }

    private long MoveTo(ulong start, ulong oldBytes, ulong newBytes, RemapFlags flags, ulong target)
    {
        bool isFixed = (flags & RemapFlags.Fixed) != 0;
        bool keepsOld = (flags & RemapFlags.DontUnmap) != 0;
        if (isFixed && target < _low)
        {
            return -Errno.EPERM;
        }

        long result = MayResize(_areas.Find(start), start, Math.Min(oldBytes, newBytes), newBytes);
        if (result < 0)
        {
            return result;
        }

        if (isFixed)
        {
            result = RemoveRange(target, target + newBytes);
        }

        if (result == 0 && oldBytes > newBytes)
        {
            result = Unmap(start + newBytes, oldBytes - newBytes);
            oldBytes = newBytes;
        }

        if (result < 0)
        {
            return result;
        }

        if (!_areas.Reserve(6))
        {
            return -Errno.ENOMEM;
        }

        ulong place = isFixed ? target : Place(target, newBytes, _areas.Find(start)->Unit, MapFlags.None);
        return place == 0 ? -Errno.ENOMEM : MoveArea(start, oldBytes, newBytes, place, keepsOld);
    }

    /// <summary>Lets an area grow at its end, if nothing is there.</summary>
    private bool TryGrow(Area* area, ulong added)
    {
        ulong end = area->End;
        if (added > _high - end || !IsFree(end, added) || !KeepsGap(end + added) || !TryPopulateMore(area, end, added))
        {
            return false;
        }

        _areas.SetEnd(area, end + added);
        _areas.JoinBetween(end + added, end + added);
        return true;
    }

    /// <summary>Provides the pages that a mapping gets when it grows, as mmap would.</summary>
    private readonly bool TryPopulateMore(Area* area, ulong start, ulong bytes)
    {
        bool isOwed = area->Backing != null || area->Protection == Protection.None
            || ((area->Flags & AreaFlags.Lazy) != 0 && (area->Flags & (AreaFlags.Locked | AreaFlags.LockedOnFault)) != AreaFlags.Locked);
        if (isOwed)
        {
            return true;
        }

        if (bytes <= _pages.FreeBytes() && Provide(area, start, bytes, area->Protection, out _))
        {
            return true;
        }

        _pages.Release(start, bytes);
        return false;
    }

    /// <summary>Moves a part of an area to a free place and gives it another length. Areas were reserved.</summary>
    private long MoveArea(ulong start, ulong oldBytes, ulong newBytes, ulong place, bool keepsOld)
    {
        Area moved = *_areas.Find(start);
        moved.BackingOffset += start - moved.Start;
        moved.Start = place;
        moved.End = place + newBytes;
        moved.Flags &= ~AreaFlags.Heap;
        if (newBytes > oldBytes && !TryPopulateMore(&moved, place + oldBytes, newBytes - oldBytes))
        {
            return -Errno.ENOMEM;
        }

        if (oldBytes != 0 && (!_pages.CanCut(start, start + oldBytes) || !_pages.Move(start, place, oldBytes)))
        {
            _pages.Release(place + oldBytes, newBytes - oldBytes);
            return -Errno.ENOMEM;
        }

        _areas.Add(moved);
        if (keepsOld)
        {
            ForgetLock(start, start + oldBytes);
        }
        else if (oldBytes != 0)
        {
            _areas.SplitAt(start);
            _areas.SplitAt(start + oldBytes);
            _areas.Remove(start, start + oldBytes);
        }

        return (long)place;
    }

    /// <summary>MREMAP_DONTUNMAP: what stays behind owes its pages, and is not locked any more.</summary>
    private void ForgetLock(ulong start, ulong end)
    {
        Area* area = _areas.Isolate(_areas.Find(start), start, end);
        area->Flags = (area->Flags & ~(AreaFlags.Locked | AreaFlags.LockedOnFault)) | AreaFlags.Lazy;
        _areas.JoinBetween(start, end);
    }
}
