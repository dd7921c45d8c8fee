using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>mmap.</summary>
internal unsafe partial struct AddressSpace
{
    // As Linux's stack_guard_gap: what grows downwards keeps this far away from what lies below.
    private const ulong GuardGap = 256 * PageSize;

    // Where Linux places MAP_32BIT: below 2 GiB (arch/x86/kernel/sys_x86_64.c).
    private const ulong LowTop = 0x8000_0000;

    // From here on it is worth to ask how much memory there is.
    private const ulong SmallMapping = 1 << 20;

    // From here on it counts whether something is left for the pages that are owed.
    private const ulong TinyMapping = 64 << 10;

    // A larger file is rarely read whole.
    private const ulong LargestEagerFile = 256 << 10;

    /// <summary>mmap of a range without a file.</summary>
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
    /// <param name="backing">The file that is mapped, or null.</param>
    /// <param name="offset">Where in the file.</param>
    /// <param name="refusal">What is answered where all else is right; 0 to map.</param>
    /// <returns>The address, or -EINVAL, -ENOMEM, -EPERM, -EEXIST.</returns>
    internal long Map(ulong hint, ulong length, Protection protection, MapFlags flags, AreaFlags kind, void* backing, ulong offset, long refusal = 0)
    {
        if (length == 0)
        {
            return -Errno.EINVAL;
        }

        Area area = new()
        {
            Protection = protection & Protection.All,
            Flags = kind | _future,
            Backing = backing,
            BackingOffset = offset,
        };
        const MapFlags NeverEager = MapFlags.NoReserve | MapFlags.GrowsDown;
        if (_mode == PopulateMode.Eager && (flags & NeverEager) == 0 && (kind & AreaFlags.Stack) == 0)
        {
            // The stacks of threads too.
            area.Flags &= ~AreaFlags.Lazy;
        }

        ulong unit = area.Unit;
        ulong bytes = (length + unit - 1) & ~(unit - 1);
        if (bytes == 0 || bytes > _high - _low)
        {
            return -Errno.ENOMEM;
        }

        bool isPopulated = (flags & (MapFlags.Populate | MapFlags.NonBlocking)) == MapFlags.Populate
            || (area.Flags & (AreaFlags.Locked | AreaFlags.LockedOnFault)) == AreaFlags.Locked
            || (area.Flags & AreaFlags.Huge) != 0;
        if (!DecideWhen(ref area, isPopulated))
        {
            return -Errno.ENOMEM;
        }

        bool isAsked = isPopulated || _mode == PopulateMode.Eager;
        isPopulated |= (area.Flags & AreaFlags.Lazy) == 0;
        bool isFixed = (flags & (MapFlags.Fixed | MapFlags.FixedNoReplace)) != 0;
        long place = isFixed ? CheckPlace(hint, bytes, unit, flags) : (long)Place(hint, bytes, unit, flags);
        if (place < 0 || (place == 0 && !isFixed))
        {
            return place == 0 ? -Errno.ENOMEM : place;
        }

        if (refusal != 0)
        {
            return refusal;
        }

        if ((ulong)place < _low)
        {
            return -Errno.EPERM;
        }

        area.Start = (ulong)place;
        area.End = area.Start + bytes;
        if (!_areas.Reserve(3))
        {
            return -Errno.ENOMEM;
        }

        if (isFixed)
        {
            long removed = RemoveRange(area.Start, area.End);
            if (removed < 0)
            {
                return removed;
            }
        }

        if (isPopulated && area.Protection != Protection.None && backing == null
            && !(isAsked ? _pages.Populate(area.Start, bytes, area.Protection, area.Policy, area.HugeOrder) : _pages.Promise(area.Start, bytes, area.Protection, area.Policy, out _)))
        {
            _pages.Release(area.Start, bytes);
            return -Errno.ENOMEM;
        }

        _areas.Add(area);
        if (isPopulated && backing != null)
        {
            // As in Linux, whose mmap does not fail for this. Unasked, private pages stay the file's until they are written.
            _ = ProvideArea(_areas.Find(area.Start), area.Start, area.End, copies: isAsked);
        }

        return place;
    }

    /// <summary>Maps a range to memory of the kernel that stays as it is, without a copy as long as nobody writes.</summary>
    /// <param name="start">Where; nothing is mapped there.</param>
    /// <param name="from">The memory.</param>
    /// <param name="length">Bytes, whole pages.</param>
    /// <param name="protection">What may be done with it.</param>
    /// <param name="kind">What the area is for.</param>
    /// <param name="offset">Where in the file it is.</param>
    /// <returns>False where that cannot be done; then nothing has changed.</returns>
    internal bool TryLend(ulong start, byte* from, ulong length, Protection protection, AreaFlags kind, ulong offset)
    {
        if (_pages.Lend == null || !_areas.Reserve(1) || !_pages.Lend(start, from, length, protection))
        {
            return false;
        }

        _areas.Add(new Area { Start = start, End = start + length, Protection = protection, Flags = kind | _future, BackingOffset = offset });
        return true;
    }

    /// <summary>The same for a part of an area that is there, for the program or <see cref="AreaFlags.Lent"/>. One page may replace another that was lent.</summary>
    /// <param name="start">Where.</param>
    /// <param name="from">The memory.</param>
    /// <param name="length">Bytes, whole pages.</param>
    /// <param name="protection">What may be done with it.</param>
    /// <returns>False where that cannot be done; then nothing has changed.</returns>
    internal readonly bool TryLendInside(ulong start, byte* from, ulong length, Protection protection)
        => _pages.Lend != null && _pages.Lend(start, from, length, protection);

    /// <summary>Replaces small pages that were lent, as <see cref="TryLendInside"/> does, as far as nothing else has to be done for that.</summary>
    /// <param name="pages">Where the pages belong in the file.</param>
    /// <param name="count">How many.</param>
    /// <param name="from">The first; the others follow.</param>
    /// <param name="start">Where the file would begin.</param>
    /// <param name="first">Pages that end at this place in the file, or before it, are passed over.</param>
    /// <param name="end">And those that begin there, or behind it.</param>
    /// <param name="protection">What may be done with them.</param>
    /// <returns>How many were seen to.</returns>
    internal readonly uint LendOver(PromotedPage* pages, uint count, byte* from, ulong start, ulong first, ulong end, Protection protection)
        => _pages.LendOver == null ? 0 : _pages.LendOver(pages, count, from, start, first, end, protection);

    /// <summary>The program's own copy of a page that was lent.</summary>
    /// <param name="page">The page.</param>
    /// <returns>Its bytes, as the kernel sees them and may change them; null without memory.</returns>
    internal byte* CopyLent(ulong page)
    {
        Area* area = _areas.Find(page);
        UserPage present = _pages.Query(page, out _);
        if (present.IsCopiedOnWrite)
        {
            if (!_pages.Copy(page, present.Frame, area->Protection, area->Policy))
            {
                return null;
            }

            present = _pages.Query(page, out _);
        }

        return present.Frame.Address.Mapped.Pointer;
    }

    /// <summary>mmap of ordinary private memory, anywhere, where the last thing that happened was the munmap of just such a range.</summary>
    /// <returns>The address; -ENOMEM; 0 where it was not so.</returns>
    internal long MapAgain(ulong length, Protection protection)
    {
        Area* area = _areas.Vacant;
        ulong bytes = RoundUp(length);
        AreaFlags flags = _mode == PopulateMode.Lazy ? AreaFlags.Lazy : AreaFlags.None;
        if (area == null || area->Length != bytes || bytes > SmallMapping || area->Protection != protection || (area->Flags | _future) != flags || !area->Policy.IsDefault)
        {
            return 0;
        }

        ulong start = area->Start;
        if (flags == AreaFlags.None && protection != Protection.None
            && !(bytes == PageSize ? _pages.Populate(start, bytes, protection, default, 0) : Provide(area, start, bytes, protection, out _)))
        {
            _pages.Release(start, bytes);
            return -Errno.ENOMEM;
        }

        _areas.Revive();
        return (long)start;
    }

    /// <summary>What MAP_ flags make of an area without a file.</summary>
    internal static AreaFlags KindOf(MapFlags flags)
        => ((flags & (MapFlags.NoReserve | MapFlags.Stack | MapFlags.GrowsDown)) != 0 ? AreaFlags.Lazy : AreaFlags.None)
            | ((flags & MapFlags.TypeMask) == MapFlags.Private ? AreaFlags.None : AreaFlags.Shared)
            | ((flags & MapFlags.Locked) != 0 ? AreaFlags.Locked : AreaFlags.None)
            | ((flags & MapFlags.GrowsDown) != 0 ? AreaFlags.GrowsDown : AreaFlags.None);

    /// <summary>Decides whether an area gets its frames now or when they are touched.</summary>
    /// <returns>False where there will never be enough memory for what it promises.</returns>
    private readonly bool DecideWhen(ref Area area, bool isPopulated)
    {
        if (area.Backing != null || (area.Flags & AreaFlags.Huge) != 0)
        {
            bool isLate = _mode == PopulateMode.Lazy || (_mode == PopulateMode.Automatic && area.Length > LargestEagerFile);
            area.Flags |= isLate ? AreaFlags.Lazy : AreaFlags.None;
            return true;
        }

        bool isLazy = (area.Flags & AreaFlags.Lazy) != 0 || _mode == PopulateMode.Lazy;
        if (area.Length > SmallMapping && (!isLazy || _mode == PopulateMode.Lazy))
        {
            ulong free = _pages.FreeBytes();
            bool isReservation = (area.Flags & AreaFlags.Lazy) != 0 || area.Protection == Protection.None;
            if (!isReservation && area.Length > free)
            {
                return false;
            }

            // A reservation is decided about when it is opened: AddressSpace.Change.
            isLazy |= !isPopulated && area.Length > free / 2 && area.Protection != Protection.None;
        }
        else if (area.Length >= TinyMapping && !isLazy && area.Protection != Protection.None && area.Length > _pages.FreeBytes())
        {
            return false;
        }

        area.Flags |= isLazy ? AreaFlags.Lazy : AreaFlags.None;
        return true;
    }

    private long CheckPlace(ulong start, ulong bytes, ulong unit, MapFlags flags)
    {
        if (start > _high - bytes)
        {
            // Linux takes an address that looks like an error number for one.
            return start >= unchecked((ulong)-4095L) ? (long)start : -Errno.ENOMEM;
        }

        if ((start & (unit - 1)) != 0)
        {
            return -Errno.EINVAL;
        }

        return (flags & MapFlags.FixedNoReplace) != 0 && !IsFree(start, bytes) ? -Errno.EEXIST : (long)start;
    }

    /// <summary>A free place; 0 if there is none.</summary>
    private ulong Place(ulong hint, ulong bytes, ulong unit, MapFlags flags)
    {
        hint = ((hint & ~(PageSize - 1)) + unit - 1) & ~(unit - 1);
        if (hint >= _low && hint <= _high - bytes && IsFree(hint, bytes) && KeepsGap(hint + bytes))
        {
            return hint;
        }

        ulong top = (flags & MapFlags.Low32) != 0 ? Math.Min(_high, LowTop) : _high;
        ulong found = 0;

        // Whole large pages begin where the processor's do.
        ulong alignment = unit == PageSize && bytes % LargePage == 0 && (flags & MapFlags.Stack) == 0 ? LargePage : unit;
        if (alignment > PageSize)
        {
            found = FindGap(top, bytes, alignment);
        }

        return found == 0 && unit == PageSize ? FindGap(top, bytes, unit) : found;
    }

    private ulong FindGap(ulong top, ulong bytes, ulong alignment)
    {
        ulong slack = alignment - PageSize;
        ulong found = _areas.FindGap(_low, top, bytes + slack);
        if (found == 0)
        {
            return 0;
        }

        ulong aligned = (found + slack) & ~(alignment - 1);
        if (KeepsGap(aligned + bytes))
        {
            return aligned;
        }

        // The area above may grow: leave it room.
        found = _areas.FindGap(_low, top, bytes + slack + GuardGap);
        return found == 0 ? 0 : (found + slack) & ~(alignment - 1);
    }

    private bool KeepsGap(ulong end)
    {
        Area* above = _areas.FirstEndingAfter(end);
        return above == null || (above->Flags & (AreaFlags.GrowsDown | AreaFlags.Stack)) == 0 || above->Start - end >= GuardGap;
    }
}
