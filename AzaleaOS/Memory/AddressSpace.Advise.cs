using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>madvise, mincore and msync.</summary>
/// <remarks>Source for which error goes before which: Linux, mm/madvise.c.</remarks>
internal unsafe partial struct AddressSpace
{
    /// <summary>madvise for a range.</summary>
    /// <param name="start">A multiple of the page size.</param>
    /// <param name="length">Bytes; rounded up to pages.</param>
    /// <param name="advice">What is advised.</param>
    /// <returns>0; -EINVAL; -ENOMEM also where the range has holes, the rest of which was advised all the same; -EACCES, -EPERM, -EFAULT.</returns>
    internal long Advise(ulong start, ulong length, Advice advice)
    {
        if (!IsKnown(advice) || start % PageSize != 0)
        {
            return -Errno.EINVAL;
        }

        ulong bytes = RoundUp(length);
        if ((length != 0 && bytes == 0) || start + bytes < start)
        {
            return -Errno.EINVAL;
        }

        ulong end = start + bytes;
        if (FlagsOf(advice, out AreaFlags set, out AreaFlags cleared))
        {
            return Remember(start, end, advice, set, cleared);
        }

        bool hasHole = false;
        bool isPopulation = advice is Advice.PopulateRead or Advice.PopulateWrite;
        for (ulong at = start; at < end;)
        {
            Area* area = _areas.FirstEndingAfter(at);
            if (area == null || area->Start >= end || (isPopulation && area->Start > at))
            {
                return -Errno.ENOMEM;
            }

            hasHole |= area->Start > at;
            at = Math.Max(at, area->Start);
            ulong until = Math.Min(end, area->End);
            long result = Advise(area, at, until, advice);
            if (result < 0)
            {
                return result;
            }

            at = until;
        }

        return hasHole ? -Errno.ENOMEM : 0;
    }

    /// <summary>mincore: whether each page of a range is there.</summary>
    /// <param name="start">A multiple of the page size.</param>
    /// <param name="pages">One byte for each page.</param>
    /// <returns>How many pages at the beginning are mapped at all.</returns>
    internal int FindResident(ulong start, Span<byte> pages)
    {
        for (int i = 0; i < pages.Length; i++)
        {
            ulong page = start + ((ulong)i * PageSize);
            Area* area = _areas.Find(page);
            if (area == null)
            {
                return i;
            }

            // The pages of a file are in memory, mapped or not, unless they are somewhere else.
            FrameNumber frame;
            bool isForeign = (area->Flags & AreaFlags.Foreign) != 0;
            pages[i] = (byte)(isForeign ? FilePages.Take(area->Backing, (area->BackingOffset + page - area->Start) / PageSize, false, &frame) == 0 ? 1 : 0
                : area->Backing != null || _pages.Query(page, out _).IsPresent ? 1 : 0);
        }

        return pages.Length;
    }

    /// <summary>msync: files are in memory, so that nothing has to be written.</summary>
    /// <param name="start">A multiple of the page size.</param>
    /// <param name="end">The end.</param>
    /// <param name="invalidates">MS_INVALIDATE: refused for locked memory.</param>
    /// <returns>0, -ENOMEM where the range has holes, -EBUSY.</returns>
    internal long Synchronize(ulong start, ulong end, bool invalidates)
    {
        bool hasHole = false;
        for (ulong at = start; at < end;)
        {
            Area* area = _areas.FirstEndingAfter(at);
            if (area == null || area->Start >= end)
            {
                return -Errno.ENOMEM;
            }

            hasHole |= area->Start > at;
            if (invalidates && (area->Flags & AreaFlags.Locked) != 0)
            {
                return -Errno.EBUSY;
            }

            at = area->End;
        }

        return hasHole ? -Errno.ENOMEM : 0;
    }

    private static bool IsKnown(Advice advice)
        => advice is >= Advice.Normal and <= Advice.DontNeed or >= Advice.Free and <= Advice.LockedDontNeed;

    private long Advise(Area* area, ulong start, ulong end, Advice advice)
    {
        if ((area->Flags & AreaFlags.Sealed) != 0)
        {
            // As for VM_PFNMAP and VM_DONTEXPAND; the code would be provided again, unchanged.
            bool isVvar = (area->Flags & AreaFlags.Vvar) != 0;
            switch (advice)
            {
                case Advice.Free:
                case Advice.PopulateRead or Advice.PopulateWrite when isVvar:
                    return -Errno.EINVAL;
                case Advice.DontNeed or Advice.LockedDontNeed or Advice.Cold or Advice.PageOut:
                    return isVvar ? -Errno.EINVAL : 0;
            }
        }

        bool isLocked = (area->Flags & AreaFlags.Locked) != 0;
        switch (advice)
        {
            case Advice.DontNeed when isLocked:
            case Advice.Free when isLocked || area->Backing != null || area->IsShared || (area->Flags & AreaFlags.Huge) != 0:
            case Advice.Cold or Advice.PageOut when isLocked || (area->Flags & AreaFlags.Huge) != 0:
            case Advice.Remove when isLocked || (area->Backing == null && !area->IsShared):
                return -Errno.EINVAL;
            case Advice.Remove when !area->WritesFile:
                return -Errno.EACCES;
            case Advice.DontNeed or Advice.LockedDontNeed when area->Backing == null && area->IsShared:
                // The contents are the shared object's, which only MADV_REMOVE empties.
                return IsWhole(area, start, end) ? 0 : -Errno.EINVAL;
            case Advice.DontNeed or Advice.LockedDontNeed:
                return Discard(area, start, end);
            case Advice.Free:
                // What nobody wants back may stay: no faults are asked for in this mode.
                return _mode == PopulateMode.Eager ? 0 : Discard(area, start, end);
            case Advice.Remove:
                return area->Backing == null ? Discard(area, start, end) : Punch(area, start, end);
            case Advice.PopulateRead:
                return ProvideAdvised(area, start, end, Protection.Read);
            case Advice.PopulateWrite:
                return ProvideAdvised(area, start, end, Protection.Write);
            default:
                return 0;
        }
    }

    /// <summary>madvise with what areas remember.</summary>
    private long Remember(ulong start, ulong end, Advice advice, AreaFlags set, AreaFlags cleared)
    {
        long result = 0;
        ulong at = start;
        Area* first = null;
        for (Area* area = _areas.FirstEndingAfter(start); at < end; area = area->Next)
        {
            if (area == null || area->Start >= end)
            {
                result = -Errno.ENOMEM;
                break;
            }

            if (area->Start > at)
            {
                result = -Errno.ENOMEM;
                at = area->Start;
            }

            bool isWrong = advice is Advice.WipeOnFork ? area->Backing != null || area->IsShared
                : advice is Advice.DoFork or Advice.DoDump && (area->Flags & AreaFlags.Sealed) != 0;
            ulong until = Math.Min(end, area->End);
            area = isWrong ? null : WithFlags(area, at, until, set, cleared);
            if (area == null)
            {
                result = isWrong ? -Errno.EINVAL : -Errno.ENOMEM;
                break;
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

    private static bool FlagsOf(Advice advice, out AreaFlags set, out AreaFlags cleared)
    {
        (set, cleared) = advice switch
        {
            Advice.HugePage => (AreaFlags.LargePages, AreaFlags.SmallPages),
            Advice.NoHugePage => (AreaFlags.SmallPages, AreaFlags.LargePages),
            Advice.DontDump => (AreaFlags.NotDumped, AreaFlags.None),
            Advice.DoDump => (AreaFlags.None, AreaFlags.NotDumped),
            Advice.DontFork => (AreaFlags.NotForked, AreaFlags.None),
            Advice.DoFork => (AreaFlags.None, AreaFlags.NotForked),
            Advice.WipeOnFork => (AreaFlags.WipedOnFork, AreaFlags.None),
            Advice.KeepOnFork => (AreaFlags.None, AreaFlags.WipedOnFork),
            _ => (AreaFlags.None, AreaFlags.None),
        };
        return (set | cleared) != 0;
    }

    /// <summary>Changes the flags of a part of an area.</summary>
    /// <returns>The part; null when memory is exhausted.</returns>
    private Area* WithFlags(Area* area, ulong start, ulong end, AreaFlags set, AreaFlags cleared)
    {
        AreaFlags flags = (area->Flags & ~cleared) | set;
        if (flags != area->Flags)
        {
            if (!_areas.Reserve(2))
            {
                return null;
            }

            area = _areas.Isolate(area, start, end);
            area->Flags = flags;
        }

        return area;
    }

    /// <summary>The pages read as zeros from now on, or as the file again.</summary>
    private readonly long Discard(Area* area, ulong start, ulong end)
    {
        if (!IsWhole(area, start, end) || !_pages.CanCut(start, end))
        {
            return IsWhole(area, start, end) ? -Errno.ENOMEM : -Errno.EINVAL;
        }

        _pages.Release(start, end - start);
        bool isOwed = _mode != PopulateMode.Eager || area->Backing != null || area->Protection == Protection.None;
        return isOwed || _pages.Populate(start, end - start, area->Protection, area->Policy, area->HugeOrder) ? 0 : -Errno.ENOMEM;
    }

    /// <summary>The file has a hole there from now on. Gives the lock up meanwhile: files sleep, and take their pages out of all mappings.</summary>
    private long Punch(Area* area, ulong start, ulong end)
    {
        void* file = area->Backing;
        ulong first = area->BackingOffset + (start - area->Start);
        FilePages.Retain(file, false);
        Lock.Exit();
        long result = FilePages.Punch(file, first, first + (end - start));
        Lock.Enter();
        FilePages.Release(file, false);
        return result;
    }

    // Source: mm/gup.c, faultin_page_range: missing rights are -EINVAL here.
    private long ProvideAdvised(Area* area, ulong start, ulong end, Protection access)
    {
        bool isAllowed = access == Protection.Write ? (area->Protection & Protection.Write) != 0 : (area->Protection & Protection.Read) != 0;
        if (!isAllowed)
        {
            return -Errno.EINVAL;
        }

        if (area->Backing == null)
        {
            return ProvideArea(area, start, end);
        }

        for (ulong page = start; page < end; page += PageSize)
        {
            FaultOutcome outcome = ProvideFilePage(area, page, access == Protection.Write);
            if (outcome != FaultOutcome.Served)
            {
                return outcome == FaultOutcome.OutOfMemory ? -Errno.ENOMEM : -Errno.EFAULT;
            }
        }

        return 0;
    }
}
