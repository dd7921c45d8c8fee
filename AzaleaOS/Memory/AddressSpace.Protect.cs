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
        Area* first = null;
        for (Area* area = _areas.FirstEndingAfter(start); at < end; area = area->Next)
        {
            if (area == null || area->Start > at)
            {
                result = -Errno.ENOMEM;
                break;
            }

            ulong until = Math.Min(end, area->End);
            result = MayProtect(area, at, until, protection);
            if (result != 0)
            {
                break;
            }

            if (area->Protection != protection)
            {
                if (!Change(area, at, until, protection))
                {
                    result = -Errno.ENOMEM;
                    break;
                }

                area = _areas.Isolate(area, at, until);
                area->Protection = protection;
            }

            first = first == null ? area : first;
            at = until;
        }

        if (first != null)
        {
            _areas.JoinFrom(first, at);
        }

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

    /// <summary>Changes the pages of a part of an area, which is not changed itself.</summary>
    private readonly bool Change(Area* area, ulong start, ulong end, Protection protection)
    {
        bool hadPages = true;
        ulong length = end - start;

        // A reservation that is taken into use, by an allocator for example, counts as a new mapping. It gets its frames
        // now whatever its size: whoever opens it can be refused, and whoever touches it cannot.
        if (protection != Protection.None && area->Protection == Protection.None && area->Backing == null)
        {
            bool isLazy = (area->Flags & AreaFlags.Lazy) != 0;
            bool isOwed = isLazy && _mode != PopulateMode.Eager;
            ulong free = isOwed || length < TinyMapping ? ulong.MaxValue : _pages.FreeBytes();
            isOwed |= isLazy && length > free / 2;
            if (!isOwed && length > free)
            {
                return false;
            }

            if (!isOwed && !Provide(area, start, length, protection, out hadPages))
            {
                // What was there before must stay; nothing of it may be reached.
                _ = _pages.Protect(start, length, Protection.None);
                return false;
            }
        }

        return !hadPages || _pages.Protect(start, length, EntryProtection(area, protection));
    }
}
