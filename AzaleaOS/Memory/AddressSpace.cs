using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>The application's half of the address space: which ranges exist, and what they are.</summary>
/// <remarks>
/// Results are Linux's: an address or 0, or a negated <see cref="Errno"/>. Memory that runs out is
/// -ENOMEM, and then nothing has changed, except that what a fixed mapping replaces may be gone.
/// When frames are taken: <see cref="PopulateMode"/>. Pages that an area allows and that are not there are provided by
/// <see cref="ServeFault"/>.
/// The caller holds <see cref="Lock"/>, except where a method says that it takes it.
/// </remarks>
internal unsafe partial struct AddressSpace
{
    /// <summary>Bytes of a page.</summary>
    internal const ulong PageSize = 4096;

    /// <summary>Bytes of a large page.</summary>
    internal const ulong LargePage = 2 << 20;

    /// <summary>The application's lowest address: page 0 is never mapped.</summary>
    internal const ulong Lowest = 0x1000;

    /// <summary>The address behind the application's last page, as in Linux: the last canonical page stays free.</summary>
    internal const ulong Highest = 0x7fff_ffff_f000;

    private AreaTree _areas;
    private UserPages _pages;
    private ulong _low;
    private ulong _high;
    private ulong _breakStart;
    private ulong _break;
    private AreaFlags _future;
    private PopulateMode _mode;

    /// <summary>Held by whoever looks at the address space or changes it.</summary>
    internal AddressSpaceLock Lock;

    /// <summary>The running application's address space.</summary>
    internal static AddressSpace* Current { get; set; }

    /// <summary>How many areas there are.</summary>
    internal readonly int AreaCount => _areas.Count;

    /// <summary>Bytes of memory that are free now.</summary>
    internal readonly ulong FreeMemory => _pages.FreeBytes();

    /// <summary>Where the heap begins.</summary>
    internal readonly ulong BreakStart => _breakStart;

    /// <summary>Where the heap ends.</summary>
    internal readonly ulong Break => _break;

    /// <summary>Makes an empty address space.</summary>
    /// <param name="pages">Its page tables.</param>
    /// <param name="low">The lowest address that may be mapped.</param>
    /// <param name="high">The address behind the highest.</param>
    /// <param name="mode">When frames are taken.</param>
    internal void Initialize(in UserPages pages, ulong low = Lowest, ulong high = Highest, PopulateMode mode = PopulateMode.Automatic)
    {
        this = default;
        _pages = pages;
        _low = low;
        _high = high;
        _mode = mode;
    }

    /// <summary>The area with this address or the next one above, or null.</summary>
    internal Area* AreaAtOrAbove(ulong address) => _areas.FirstEndingAfter(address);

    /// <summary>A copy of the area with this address or the next one above. Takes the lock.</summary>
    /// <returns>False if there is none.</returns>
    internal bool TryGetAreaAtOrAbove(ulong address, out Area copy)
    {
        Lock.Enter();
        Area* area = _areas.FirstEndingAfter(address);
        copy = area == null ? default : *area;
        Lock.Exit();
        return area != null;
    }

    /// <summary>Bytes of a range that have a frame. Takes the lock.</summary>
    internal ulong ResidentBytes(ulong start, ulong end)
    {
        Lock.Enter();
        ulong sum = ResidentIn(start, end);
        Lock.Exit();
        return sum;
    }

    /// <summary>Bytes of a range that have a frame.</summary>
    internal readonly ulong ResidentIn(ulong start, ulong end) => _pages.CountPresent(start, end);

    /// <summary>The physical address behind an address of a shared mapping: what two addresses of one word have in common. Takes the lock.</summary>
    /// <param name="address">In the application's half.</param>
    /// <param name="key">The physical address.</param>
    /// <returns>False if the mapping is private, or there is no page and none can be provided.</returns>
    internal bool TryGetSharedKey(ulong address, out ulong key)
    {
        Lock.Enter();
        Area* area = _areas.Find(address);
        bool isShared = area != null && area->IsShared && Provide(area, address & ~(PageSize - 1), write: false) == FaultOutcome.Served;
        key = isShared ? _pages.Query(address, out _).Frame.Address.Value + (address % PageSize) : 0;
        Lock.Exit();
        return isShared;
    }

    /// <summary>munmap.</summary>
    /// <returns>0, or -EINVAL, -ENOMEM, -EPERM.</returns>
    internal long Unmap(ulong start, ulong length)
    {
        ulong bytes = RoundUp(length);
        Area* again = _areas.Revived;
        if (again != null && again->Start == start && again->Length == bytes && _pages.CanCut(start, start + bytes))
        {
            // What MapAgain made.
            _pages.Release(start, bytes);
            _areas.Vacate(again);
            return 0;
        }

        return start % PageSize != 0 || bytes == 0 || start > _high || bytes > _high - start
            ? -Errno.EINVAL
            : RemoveRange(start, start + bytes);
    }

    /// <summary>Whether no area touches a range.</summary>
    internal bool IsFree(ulong start, ulong length)
    {
        Area* next = _areas.FirstEndingAfter(start);
        return next == null || next->Start >= start + length;
    }

    /// <summary>Whether areas cover every byte of a range.</summary>
    internal bool IsMapped(ulong start, ulong end)
    {
        while (start < end)
        {
            Area* area = _areas.Find(start);
            if (area == null)
            {
                return false;
            }

            start = area->End;
        }

        return true;
    }

    /// <summary>Rounds up to whole pages; 0 for 0 and for what does not fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong RoundUp(ulong length) => (length + PageSize - 1) & ~(PageSize - 1);

    /// <summary>Takes all away in a range.</summary>
    /// <returns>0; -ENOMEM, -EINVAL (a part of a huge page), -EPERM (the kernel's own pages): then nothing has changed.</returns>
    private long RemoveRange(ulong start, ulong end)
    {
        Area* area = _areas.FirstEndingAfter(start);
        if (area == null || area->Start >= end)
        {
            return 0;
        }

        bool isOne = area->Start <= start && area->End >= end;
        if (!isOne || (area->Flags & (AreaFlags.Sealed | AreaFlags.Huge)) != 0 || !_areas.Reserve(2) || !_pages.CanCut(start, end))
        {
            long refused = MayRemove(start, end);
            if (refused < 0)
            {
                return refused;
            }
        }

        if (isOne)
        {
            _pages.Release(start, end - start);
            _areas.CutOut(area, start, end);
            return 0;
        }

        _areas.SplitAt(start);
        _areas.SplitAt(end);
        for (area = _areas.FirstEndingAfter(start); area != null && area->Start < end; area = _areas.FirstEndingAfter(area->End))
        {
            _pages.Release(area->Start, area->Length);
        }

        _areas.Remove(start, end);
        return 0;
    }

    private long MayRemove(ulong start, ulong end)
    {
        for (Area* area = _areas.FirstEndingAfter(start); area != null && area->Start < end; area = _areas.FirstEndingAfter(area->End))
        {
            if ((area->Flags & AreaFlags.Sealed) != 0)
            {
                return -Errno.EPERM;
            }

            if (!IsWhole(area, start, end))
            {
                return -Errno.EINVAL;
            }
        }

        return _areas.Reserve(2) && _pages.CanCut(start, end) ? 0 : -Errno.ENOMEM;
    }

    /// <summary>Whether a range cuts an area only between its pages.</summary>
    private static bool IsWhole(Area* area, ulong start, ulong end)
        => (area->Flags & AreaFlags.Huge) == 0
            || ((Math.Max(start, area->Start) | Math.Min(end, area->End)) & (area->Unit - 1)) == 0;
}
