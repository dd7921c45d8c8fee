using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>The application's half of the address space: which ranges exist, and what they are.</summary>
/// <remarks>
/// Results are Linux's: an address or 0, or a negated <see cref="Errno"/>. Memory that runs out is
/// -ENOMEM, and then nothing has changed, except that what a fixed mapping replaces may be gone.
/// Frames are taken at once, except for what is reserved without a promise (PROT_NONE,
/// MAP_NORESERVE, the stack) or is too large for the memory that is left; those pages are provided
/// by <see cref="ServeFault"/>.
/// Used by one core at a time.
/// </remarks>
internal unsafe partial struct AddressSpace
{
    /// <summary>Bytes of a page.</summary>
    internal const ulong PageSize = 4096;

    /// <summary>The application's lowest address: page 0 is never mapped.</summary>
    internal const ulong Lowest = 0x1000;

    /// <summary>The address behind the application's last page, as in Linux: the last canonical page stays free.</summary>
    internal const ulong Highest = 0x7fff_ffff_f000;

    private AreaTree _areas;
    private UserPages _pages;
    private ulong _low;
    private ulong _high;
    private ulong _mapTop;
    private ulong _breakStart;
    private ulong _break;

    /// <summary>The running application's address space.</summary>
    internal static AddressSpace* Current { get; set; }

    /// <summary>How many areas there are.</summary>
    internal readonly int AreaCount => _areas.Count;

    /// <summary>Bytes of memory that are free now.</summary>
    internal readonly ulong FreeMemory => _pages.FreeBytes();

    /// <summary>Makes an empty address space.</summary>
    /// <param name="pages">Its page tables.</param>
    /// <param name="low">The lowest address that may be mapped.</param>
    /// <param name="high">The address behind the highest.</param>
    internal void Initialize(in UserPages pages, ulong low = Lowest, ulong high = Highest)
    {
        this = default;
        _pages = pages;
        _low = low;
        _high = high;
        _mapTop = high;
    }

    /// <summary>Where mmap places areas: below this address, going down.</summary>
    internal void SetMapTop(ulong top) => _mapTop = top;

    /// <summary>The area with this address or the next one above, or null.</summary>
    internal readonly Area* AreaAtOrAbove(ulong address) => _areas.FirstEndingAfter(address);

    /// <summary>mmap of a range without a file's bytes.</summary>
    /// <param name="hint">Where, if the flags or luck have it so.</param>
    /// <param name="length">Bytes; rounded up to pages.</param>
    /// <param name="protection">What may be done with it.</param>
    /// <param name="flags">MAP_ flags.</param>
    /// <returns>The address, or -EINVAL, -ENOMEM, -EPERM, -EEXIST.</returns>
    internal long Map(ulong hint, ulong length, Protection protection, MapFlags flags)
        => Map(hint, length, protection, flags, KindOf(flags), null, 0);

    /// <summary>mmap.</summary>
    /// <param name="hint">Where, if the flags or luck have it so.</param>
    /// <param name="length">Bytes; rounded up to pages.</param>
    /// <param name="protection">What may be done with it.</param>
    /// <param name="flags">MAP_ flags.</param>
    /// <param name="kind">What the area is for.</param>
    /// <param name="backing">The file it gets its bytes from, or null.</param>
    /// <param name="offset">Where in the file.</param>
    /// <returns>The address, or -EINVAL, -ENOMEM, -EPERM, -EEXIST.</returns>
    internal long Map(ulong hint, ulong length, Protection protection, MapFlags flags, AreaFlags kind, void* backing, ulong offset)
    {
        if (length == 0)
        {
            return -Errno.EINVAL;
        }

        ulong bytes = RoundUp(length);
        if (bytes == 0 || bytes > _high - _low)
        {
            return -Errno.ENOMEM;
        }

        bool isFixed = (flags & (MapFlags.Fixed | MapFlags.FixedNoReplace)) != 0;
        if (!isFixed)
        {
            hint = Place(hint & ~(PageSize - 1), bytes, flags);
            if (hint == 0)
            {
                return -Errno.ENOMEM;
            }
        }
        else if (hint % PageSize != 0)
        {
            return -Errno.EINVAL;
        }
        else if (hint > _high - bytes)
        {
            return -Errno.ENOMEM;
        }
        else if (hint < _low)
        {
            return -Errno.EPERM;
        }
        else if ((flags & MapFlags.FixedNoReplace) != 0 && !IsFree(hint, bytes))
        {
            return -Errno.EEXIST;
        }

        // Two cuts and the area itself.
        if (!_areas.Reserve(3))
        {
            return -Errno.ENOMEM;
        }

        protection &= Protection.All;
        ulong free = _pages.FreeBytes();
        if ((kind & AreaFlags.Lazy) == 0 && backing == null && (flags & MapFlags.Populate) == 0 && bytes > free / 2)
        {
            kind |= AreaFlags.Lazy;
            if (protection != Protection.None && bytes > free)
            {
                return -Errno.ENOMEM;
            }
        }

        if (isFixed)
        {
            RemoveRange(hint, hint + bytes);
        }

        if (protection != Protection.None && backing == null && ((kind & AreaFlags.Lazy) == 0 || (flags & MapFlags.Populate) != 0)
            && !_pages.Populate(hint, bytes, protection))
        {
            _pages.Release(hint, bytes);
            return -Errno.ENOMEM;
        }

        _areas.Insert(new Area
        {
            Start = hint,
            End = hint + bytes,
            Protection = protection,
            Flags = kind,
            Backing = backing,
            BackingOffset = offset,
        });
        _areas.JoinAt(hint);
        _areas.JoinAt(hint + bytes);
        return (long)hint;
    }

    /// <summary>munmap.</summary>
    /// <returns>0, or -EINVAL, -ENOMEM.</returns>
    internal long Unmap(ulong start, ulong length)
    {
        ulong bytes = RoundUp(length);
        if (start % PageSize != 0 || bytes == 0 || start > _high || bytes > _high - start)
        {
            return -Errno.EINVAL;
        }

        if (!_areas.Reserve(2))
        {
            return -Errno.ENOMEM;
        }

        RemoveRange(start, start + bytes);
        return 0;
    }

    /// <summary>mprotect. As in Linux, what lies before a hole has changed when the hole is found.</summary>
    /// <returns>0, or -EINVAL, -ENOMEM.</returns>
    internal long Protect(ulong start, ulong length, Protection protection)
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
        if (bytes == 0 || start + bytes < start)
        {
            return -Errno.ENOMEM;
        }

        if (!_areas.Reserve(2))
        {
            return -Errno.ENOMEM;
        }

        protection &= Protection.All;
        ulong end = start + bytes;
        _areas.SplitAt(start);
        _areas.SplitAt(end);
        long result = 0;
        ulong at = start;
        while (at < end)
        {
            Area* area = _areas.Find(at);
            if (area == null || !Change(area, protection))
            {
                result = -Errno.ENOMEM;
                break;
            }

            at = area->End;
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
            if (!_areas.Reserve(2))
            {
                return (long)_break;
            }

            RemoveRange(newTop, oldTop);
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

    /// <summary>Provides the page of a fault, if the address is in an area that allows the access and owes it a page.</summary>
    /// <param name="address">The faulting address.</param>
    /// <param name="access">What was tried.</param>
    /// <returns>True when the access can be repeated.</returns>
    internal bool ServeFault(ulong address, Protection access)
    {
        Area* area = _areas.Find(address);
        return area != null && (area->Flags & AreaFlags.Lazy) != 0 && (area->Protection & access) == access
            && _pages.Populate(address & ~(PageSize - 1), PageSize, area->Protection);
    }

    /// <summary>Gives a lazy range its frames ahead of time.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal readonly bool PopulateNow(ulong start, ulong length, Protection protection) => _pages.Populate(start, length, protection);

    /// <summary>Whether the application may do this with every byte of a range.</summary>
    internal readonly bool Allows(ulong start, ulong length, Protection access) => AllowedPrefix(start, length, access) == length;

    /// <summary>With how many bytes at the beginning of a range the application may do this.</summary>
    internal readonly ulong AllowedPrefix(ulong start, ulong length, Protection access)
    {
        ulong at = start;
        ulong end = start + length;
        if (length == 0 || end < start || end > _high)
        {
            return 0;
        }

        while (at < end)
        {
            Area* area = _areas.Find(at);
            if (area == null || (area->Protection & access) != access || (area->Flags & AreaFlags.BeyondFile) != 0)
            {
                return at - start;
            }

            at = area->End;
        }

        return length;
    }

    /// <summary>Provides the pages of a range, as far as the application may do this with them.</summary>
    /// <returns>Bytes from the start whose pages are there now.</returns>
    internal ulong Provide(ulong start, ulong length, Protection access)
    {
        ulong allowed = AllowedPrefix(start, length, access);
        for (ulong page = start & ~(PageSize - 1); allowed != 0 && page < start + allowed; page += PageSize)
        {
            // Of an area that owes nothing every page is there.
            if ((_areas.Find(page)->Flags & AreaFlags.Lazy) != 0 && !ServeFault(page, access))
            {
                return page > start ? page - start : 0;
            }
        }

        return allowed;
    }

    /// <summary>Whether no area touches a range.</summary>
    internal readonly bool IsFree(ulong start, ulong length)
    {
        Area* next = _areas.FirstEndingAfter(start);
        return next == null || next->Start >= start + length;
    }

    /// <summary>madvise(MADV_DONTNEED): the pages of the range read as zeros from now on, or as the file again.</summary>
    /// <returns>0, or -ENOMEM where the range has a hole.</returns>
    internal long Discard(ulong start, ulong length)
    {
        ulong end = start + length;
        for (ulong at = start; at < end;)
        {
            Area* area = _areas.Find(at);
            if (area == null)
            {
                return -Errno.ENOMEM;
            }

            ulong until = Math.Min(end, area->End);
            if (area->Backing == null)
            {
                _pages.Release(at, until - at);
                if ((area->Flags & AreaFlags.Lazy) == 0 && area->Protection != Protection.None
                    && !_pages.Populate(at, until - at, area->Protection))
                {
                    return -Errno.ENOMEM;
                }
            }

            at = until;
        }

        return 0;
    }

    /// <summary>Rounds up to whole pages; 0 for 0 and for what does not fit.</summary>
    internal static ulong RoundUp(ulong length) => (length + PageSize - 1) & ~(PageSize - 1);

    private static AreaFlags KindOf(MapFlags flags)
        => ((flags & MapFlags.NoReserve) != 0 ? AreaFlags.Lazy : AreaFlags.None)
            | ((flags & MapFlags.TypeMask) == MapFlags.Private ? AreaFlags.None : AreaFlags.Shared);

    private readonly ulong Place(ulong hint, ulong bytes, MapFlags flags)
    {
        if (hint >= _low && hint <= _high - bytes && IsFree(hint, bytes))
        {
            return hint;
        }

        ulong top = (flags & MapFlags.Low32) != 0 ? Math.Min(_mapTop, 0x8000_0000) : _mapTop;
        ulong found = _areas.FindGap(_low, top, bytes);
        return found != 0 || (flags & MapFlags.Low32) != 0 ? found : _areas.FindGap(_low, _high, bytes);
    }

    private bool Change(Area* area, Protection protection)
    {
        if (area->Protection == protection)
        {
            return true;
        }

        if (protection != Protection.None && area->Protection == Protection.None
            && (area->Flags & AreaFlags.Lazy) == 0 && area->Backing == null
            && !_pages.Populate(area->Start, area->Length, protection))
        {
            return false;
        }

        if (!_pages.Protect(area->Start, area->Length, protection))
        {
            return false;
        }

        area->Protection = protection;
        return true;
    }

    private void RemoveRange(ulong start, ulong end)
    {
        if (IsFree(start, end - start))
        {
            return;
        }

        _areas.SplitAt(start);
        _areas.SplitAt(end);
        for (Area* area = _areas.FirstEndingAfter(start); area != null && area->Start < end; area = _areas.FirstEndingAfter(area->End))
        {
            _pages.Release(area->Start, area->Length);
        }

        _areas.Remove(start, end);
    }

    private void JoinBetween(ulong start, ulong end)
    {
        _areas.JoinAt(start);
        for (Area* area = _areas.Find(start); area != null && area->End <= end;)
        {
            ulong seam = area->End;
            _areas.JoinAt(seam);
            area = _areas.Find(seam);
        }
    }
}
