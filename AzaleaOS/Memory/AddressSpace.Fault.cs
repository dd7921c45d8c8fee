using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>Pages that are owed: on a fault, or ahead of time.</summary>
internal unsafe partial struct AddressSpace
{
    /// <summary>RLIMIT_STACK: how large an area that grows may become.</summary>
    private const ulong LargestGrowth = 8 << 20;

    /// <summary>Provides the page of a fault, if the address is in an area that allows the access.</summary>
    /// <param name="address">The faulting address.</param>
    /// <param name="access">What was tried: Read, Write or Execute.</param>
    /// <param name="wasPresent">Whether there was a page, whose entry did not allow it.</param>
    internal FaultOutcome ServeFault(ulong address, Protection access, bool wasPresent = false)
    {
        Area* area = _areas.FirstEndingAfter(address);
        if (area == null || (area->Start > address && !Grow(area, address)))
        {
            return FaultOutcome.NotMapped;
        }

        // The processor gives reading with any of the rights.
        bool isAllowed = access == Protection.Read ? area->Protection != Protection.None : (area->Protection & access) != 0;
        if (!isAllowed)
        {
            return FaultOutcome.NotAllowed;
        }

        ulong page = address & ~(PageSize - 1);
        bool writes = (access & Protection.Write) != 0;
        if (writes && area->Backing == null && (area->Flags & (AreaFlags.Program | AreaFlags.Lent)) != 0 && _pages.Query(page, out _) is { IsCopiedOnWrite: true } lent)
        {
            return _pages.Copy(page, lent.Frame, area->Protection, area->Policy) ? FaultOutcome.Served : FaultOutcome.OutOfMemory;
        }

        FaultOutcome outcome = Provide(area, page, writes);
        if (wasPresent && outcome == FaultOutcome.Served && !_pages.Protect(page, PageSize, writes ? area->Protection : EntryProtection(area)))
        {
            // A change of protection that ran out of memory left it as it was.
            return FaultOutcome.OutOfMemory;
        }

        return outcome;
    }

    /// <summary>Provides the pages of a range, as far as the application may do this with them.</summary>
    /// <returns>Bytes from the start whose pages are there now.</returns>
    internal ulong Provide(ulong start, ulong length, Protection access)
    {
        ulong end = start + length;
        if (length == 0 || end < start || end > _high)
        {
            return 0;
        }

        for (ulong page = start & ~(PageSize - 1); page < end; page += PageSize)
        {
            if (ServeFault(page, access) != FaultOutcome.Served)
            {
                return page > start ? page - start : 0;
            }
        }

        return length;
    }

    /// <summary>Gives a range of anonymous memory its frames ahead of time.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal readonly bool PopulateNow(ulong start, ulong length, Protection protection)
        => _pages.Populate(start, length, protection, default, 0);

    /// <summary>Changes what may be done with pages that are there, to what their area says already.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal readonly bool ProtectNow(ulong start, ulong length, Protection protection) => _pages.Protect(start, length, protection);

    /// <summary>Whether the application may do this with every byte of a range. Takes the lock.</summary>
    internal bool Allows(ulong start, ulong length, Protection access) => AllowedPrefix(start, length, access) == length;

    /// <summary>With how many bytes at the beginning of a range the application may do this. Takes the lock.</summary>
    internal ulong AllowedPrefix(ulong start, ulong length, Protection access)
    {
        ulong at = start;
        ulong end = start + length;
        if (length == 0 || end < start || end > _high)
        {
            return 0;
        }

        Lock.Enter();
        while (at < end)
        {
            Area* area = _areas.Find(at);
            if (area == null || (area->Protection & access) != access)
            {
                break;
            }

            at = area->End;
        }

        Lock.Exit();
        return Math.Min(at, end) - start;
    }

    private FaultOutcome Provide(Area* area, ulong page, bool write)
    {
        if (area->Backing != null)
        {
            return ProvideFilePage(area, page, write);
        }

        if ((area->Flags & AreaFlags.Lazy) == 0 && _pages.Fill(page, area->End, area->Protection))
        {
            return FaultOutcome.Served;
        }

        if (_mode != PopulateMode.Eager && TryProvideLarge(area, page))
        {
            return FaultOutcome.Served;
        }

        int order = area->HugeOrder;
        ulong unit = PageSize << order;
        return _pages.Populate(page & ~(unit - 1), unit, area->Protection, area->Policy, order)
            ? FaultOutcome.Served
            : FaultOutcome.OutOfMemory;
    }

    /// <summary>Provides 2 MiB at once, where the application asked for it or nothing speaks against it.</summary>
    private readonly bool TryProvideLarge(Area* area, ulong page)
    {
        const AreaFlags Small = AreaFlags.SmallPages | AreaFlags.Stack | AreaFlags.GrowsDown | AreaFlags.Huge;
        ulong start = page & ~(LargePage - 1);
        if ((area->Flags & Small) != 0 || start < area->Start || area->End - start < LargePage)
        {
            return false;
        }

        _ = _pages.Query(start, out ulong alike);
        bool isEmpty = alike >= LargePage && !_pages.Query(page, out _).IsPresent;
        bool isWanted = (area->Flags & AreaFlags.LargePages) != 0 || LargePage < _pages.FreeBytes() / 16;
        return isEmpty && isWanted && _pages.Populate(start, LargePage, area->Protection, area->Policy, 9);
    }

    /// <summary>Extends an area that grows down to an address below it.</summary>
    /// <remarks>Source: Linux, mm/vma.c, expand_downwards: not nearer than the guard gap to what lies below, unless that is inaccessible.</remarks>
    private bool Grow(Area* area, ulong address)
    {
        ulong start = address & ~(PageSize - 1);
        if ((area->Flags & AreaFlags.GrowsDown) == 0 || area->End - start > LargestGrowth || start < _low)
        {
            return false;
        }

        Area* below = start < GuardGap ? null : _areas.FirstEndingAfter(start - GuardGap);
        if (below != null && below != area && (below->Protection != Protection.None || below->End > start))
        {
            return false;
        }

        _areas.SetStart(area, start);
        return true;
    }

    /// <summary>Provides what an area owes in a range.</summary>
    /// <returns>0, -ENOMEM where memory is exhausted, -EFAULT where nothing can be provided.</returns>
    private long ProvideArea(Area* area, ulong start, ulong end, bool copies = true)
    {
        if (area->Protection == Protection.None)
        {
            return -Errno.EFAULT;
        }

        if (area->Backing == null)
        {
            ulong unit = area->Unit;
            start &= ~(unit - 1);
            end = (end + unit - 1) & ~(unit - 1);
            return _pages.Populate(start, end - start, area->Protection, area->Policy, area->HugeOrder) ? 0 : -Errno.ENOMEM;
        }

        // As in Linux, private pages that may be written are copied now, shared ones are not written to.
        bool write = copies && !area->IsShared && (area->Protection & Protection.Write) != 0;
        for (ulong page = start; page < end; page += PageSize)
        {
            FaultOutcome outcome = ProvideFilePage(area, page, write);
            if (outcome != FaultOutcome.Served)
            {
                return outcome == FaultOutcome.OutOfMemory ? -Errno.ENOMEM : -Errno.EFAULT;
            }
        }

        return 0;
    }
}
