using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>mprotect and brk.</summary>
internal unsafe partial struct AddressSpace
{
    /// <summary>mprotect. As in Linux, what lies before a hole has changed when the hole is found.</summary>
    /// <param name="start">A multiple of the page size.</param>
    /// <param name="length">Bytes; rounded up to pages.</param>
    /// <param name="protection">What may be done from now on.</param>
    /// <param name="growsDown">PROT_GROWSDOWN: from the start of the area, which must be one that grows.</param>
    /// <returns>0, or -EINVAL, -ENOMEM, -EACCES.</returns>
    internal long Protect(ulong start, ulong length, Protection protection, bool growsDown = false)
    {
        if (start % PageSize != 0)
        {
            return -Errno.EINVAL;
        }

        if (length == 0)
        {
            return 0;
        }

        ulong bytes = RoundUp(length);
        ulong end = start + bytes;
        if (bytes == 0 || end < start || !_areas.Reserve(2))
        {
            return -Errno.ENOMEM;
        }

        if (growsDown)
        {
            Area* growing = _areas.FirstEndingAfter(start);
            if (growing == null || growing->Start >= end)
            {
                return -Errno.ENOMEM;
            }

            if ((growing->Flags & (AreaFlags.GrowsDown | AreaFlags.Stack)) == 0)
            {
                return -Errno.EINVAL;
            }

            start = growing->Start;
        }

        protection &= Protection.All;
        long result = 0;
        ulong at = start;
        while (at < end && result == 0)
        {
            Area* area = _areas.Find(at);
            if (area == null)
            {
                result = -Errno.ENOMEM;
                break;
            }

            ulong until = Math.Min(end, area->End);
            result = MayProtect(area, at, until, protection);
            if (result == 0 && area->Protection != protection)
            {
                _areas.SplitAt(at);
                _areas.SplitAt(until);
                area = _areas.Find(at);
                result = Change(area, protection) ? 0 : -Errno.ENOMEM;
            }

            at = result == 0 ? until : at;
        }

        JoinBetween(start, Math.Min(at, end));
        return result;
    }

    /// <summary>Where the heap begins; set once the program is loaded.</summary>
    internal void SetBreakStart(ulong address) => _breakStart = _break = address;

    /// <summary>brk: moves the heap's end.</summary>
    /// <returns>The new end, or the old one when it cannot be moved there.</returns>
    internal long SetBreak(ulong end)
    {
        if (end < _breakStart || end > _high)
        {
            return (long)_break;
        }

        ulong oldTop = RoundUp(_break);
        ulong newTop = RoundUp(end);
        if (newTop < oldTop)
        {
            if (RemoveRange(newTop, oldTop) < 0)
            {
                return (long)_break;
            }
        }
        else if (newTop > oldTop)
        {
            // As in Linux, the heap stays a page away from what lies above it.
            if (!IsFree(oldTop, newTop - oldTop + PageSize)
                || Map(oldTop, newTop - oldTop, Protection.Read | Protection.Write, MapFlags.Private | MapFlags.FixedNoReplace, AreaFlags.Heap, null, 0) < 0)
            {
                return (long)_break;
            }
        }

        _break = end;
        return (long)end;
    }

    private static long MayProtect(Area* area, ulong start, ulong end, Protection protection)
    {
        if ((protection & Protection.Write) != 0 && (area->Flags & (AreaFlags.NeverWritable | AreaFlags.Vvar)) != 0)
        {
            return -Errno.EACCES;
        }

        if ((area->Flags & AreaFlags.Sealed) != 0)
        {
            return -Errno.EPERM;
        }

        return IsWhole(area, start, end) ? 0 : -Errno.EINVAL;
    }

    /// <summary>Frames for a part of an area, now; what nobody asked to be there at once is filled when it is touched.</summary>
    private readonly bool Provide(Area* area, ulong start, ulong length, Protection protection, out bool hadPages)
    {
        hadPages = _mode == PopulateMode.Eager || (area->Flags & (AreaFlags.Locked | AreaFlags.Huge)) != 0;
        return hadPages
            ? _pages.Populate(start, length, protection, area->Policy, area->HugeOrder)
            : _pages.Promise(start, length, protection, area->Policy, out hadPages);
    }

    private readonly bool Change(Area* area, Protection protection)
    {
        bool hadPages = true;

        // A reservation that is taken into use, by an allocator for example, counts as a new mapping. It gets its frames
        // now whatever its size: whoever opens it can be refused, and whoever touches it cannot.
        if (protection != Protection.None && area->Protection == Protection.None && area->Backing == null)
        {
            ulong free = _pages.FreeBytes();
            bool isOwed = (area->Flags & AreaFlags.Lazy) != 0 && (_mode != PopulateMode.Eager || area->Length > free / 2);
            if (!isOwed && area->Length > free)
            {
                return false;
            }

            if (!isOwed && !Provide(area, area->Start, area->Length, protection, out hadPages))
            {
                // What was there before must stay; nothing of it may be reached.
                _ = _pages.Protect(area->Start, area->Length, Protection.None);
                return false;
            }
        }

        Protection before = area->Protection;
        area->Protection = protection;
        if (hadPages && !_pages.Protect(area->Start, area->Length, EntryProtection(area)))
        {
            area->Protection = before;
            return false;
        }

        return true;
    }
}
