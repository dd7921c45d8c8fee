using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>Mapped files: their pages are borrowed, and copied where a private mapping is written to.</summary>
internal unsafe partial struct AddressSpace
{
    /// <summary>Takes the pages of a file out of all mappings: it was cut short, or has a hole there. Takes the lock.</summary>
    /// <param name="file">The file. It does not give these pages any more.</param>
    /// <param name="first">Index of the first page.</param>
    /// <param name="end">Index after the last; ulong.MaxValue for all.</param>
    /// <param name="copies">Private copies too: they go with the end of a file, and stay where there is a hole.</param>
    /// <remarks>When it returns no core reaches the frames, so that the file can free them.</remarks>
    internal void DropFilePages(void* file, ulong first, ulong end, bool copies)
    {
        Lock.Enter();
        for (Area* area = _areas.FirstEndingAfter(0); area != null; area = _areas.FirstEndingAfter(area->End))
        {
            if (area->Backing != file)
            {
                continue;
            }

            ulong areaFirst = area->BackingOffset / PageSize;
            ulong areaEnd = areaFirst + (area->Length / PageSize);
            ulong from = Math.Max(first, areaFirst);
            ulong to = Math.Min(end, areaEnd);
            ulong page = area->Start + ((from - areaFirst) * PageSize);
            while (from < to)
            {
                UserPage present = _pages.Query(page, out ulong alike);
                ulong bytes = copies ? (to - from) * PageSize : Math.Min(present.IsPresent ? PageSize : alike, (to - from) * PageSize);
                if (copies || present.IsBorrowed)
                {
                    _pages.Release(page, bytes);
                }

                page += bytes;
                from += bytes / PageSize;
            }
        }

        Lock.Exit();
    }

    /// <summary>Makes pages of a foreign file read-only in all shared mappings, so that the next write to one is noted. Takes the lock.</summary>
    /// <param name="file">The file.</param>
    /// <param name="first">Index of the first page.</param>
    /// <param name="end">Index after the last.</param>
    /// <returns>False when there is no memory for a page table.</returns>
    internal bool ProtectFilePages(void* file, ulong first, ulong end)
    {
        bool isDone = true;
        Lock.Enter();
        for (Area* area = _areas.FirstEndingAfter(0); area != null; area = _areas.FirstEndingAfter(area->End))
        {
            ulong areaFirst = area->BackingOffset / PageSize;
            ulong from = Math.Max(first, areaFirst);
            ulong to = Math.Min(end, areaFirst + (area->Length / PageSize));
            if (area->Backing == file && area->IsShared && from < to)
            {
                isDone &= _pages.Protect(area->Start + ((from - areaFirst) * PageSize), (to - from) * PageSize, EntryProtection(area));
            }
        }

        Lock.Exit();
        return isDone;
    }

    /// <summary>The addresses between which a file is mapped. Takes the lock.</summary>
    /// <returns>False if it is not mapped.</returns>
    internal bool TryCover(void* file, out ulong start, out ulong end)
    {
        start = ulong.MaxValue;
        end = 0;
        Lock.Enter();
        for (Area* area = _areas.FirstEndingAfter(0); area != null; area = _areas.FirstEndingAfter(area->End))
        {
            if (area->Backing == file)
            {
                start = Math.Min(start, area->Start);
                end = area->End;
            }
        }

        Lock.Exit();
        return end != 0;
    }

    /// <summary>The next part of a range that maps a foreign file. Takes the lock.</summary>
    /// <param name="at">Where to look from; afterwards where to go on.</param>
    /// <param name="end">Where the range ends.</param>
    /// <param name="file">The file, with a reference as of one more area: <see cref="FilePages.Release"/>.</param>
    /// <param name="first">Index of the part's first page.</param>
    /// <param name="behind">Index after its last.</param>
    /// <returns>False if there is none.</returns>
    internal bool TryNextForeign(ref ulong at, ulong end, out void* file, out ulong first, out ulong behind)
    {
        file = null;
        first = behind = 0;
        Lock.Enter();
        for (Area* area = _areas.FirstEndingAfter(at); area != null && area->Start < end && file == null; area = _areas.FirstEndingAfter(area->End))
        {
            if ((area->Flags & AreaFlags.Foreign) != 0)
            {
                file = area->Backing;
                FilePages.Retain(file, false);
                first = (area->BackingOffset + (Math.Max(at, area->Start) - area->Start)) / PageSize;
                behind = (area->BackingOffset + (Math.Min(end, area->End) - area->Start)) / PageSize;
                at = area->End;
            }
        }

        Lock.Exit();
        return file != null;
    }

    /// <summary>The next page of a range that is owed by a foreign file. Takes the lock.</summary>
    /// <param name="at">Where to look from; afterwards the page.</param>
    /// <param name="end">Where the range ends.</param>
    /// <param name="file">The file, with a reference as of one more area: <see cref="FilePages.Release"/>.</param>
    /// <param name="index">Index of the page.</param>
    /// <returns>False if there is none.</returns>
    internal bool TryFindOwed(ref ulong at, ulong end, out void* file, out ulong index)
    {
        file = null;
        index = 0;
        at &= ~(PageSize - 1);
        Lock.Enter();
        while (file == null)
        {
            Area* area = _areas.FirstEndingAfter(at);
            if (area == null || area->Start >= end)
            {
                break;
            }

            at = Math.Max(at, area->Start);
            ulong until = (area->Flags & AreaFlags.Foreign) != 0 && area->Protection != Protection.None ? Math.Min(end, area->End) : at;
            for (; at < until; at += PageSize)
            {
                index = (area->BackingOffset + at - area->Start) / PageSize;
                FrameNumber frame;
                if (!_pages.Query(at, out _).IsPresent && FilePages.Take(area->Backing, index, false, &frame) == -Errno.EAGAIN)
                {
                    file = area->Backing;
                    FilePages.Retain(file, false);
                    break;
                }
            }

            at = file == null ? area->End : at;
        }

        Lock.Exit();
        return file != null;
    }

    // Shared pages of a foreign file are read-only until one is written to, which is noted then. What can be written can be read.
    private static Protection EntryProtection(Area* area) => EntryProtection(area, area->Protection);

    private static Protection EntryProtection(Area* area, Protection protection)
        => (area->Flags & AreaFlags.Foreign) != 0 && area->IsShared && (protection & Protection.Write) != 0
            ? (protection & ~Protection.Write) | Protection.Read
            : protection;

    private readonly FaultOutcome ProvideFilePage(Area* area, ulong page, bool write)
    {
        UserPage present = _pages.Query(page, out _);
        bool isNoted = write && area->IsShared && (area->Flags & AreaFlags.Foreign) != 0;
        if (present.IsPresent && !isNoted && !(write && present.IsCopiedOnWrite))
        {
            return FaultOutcome.Served;
        }

        FrameNumber frame = present.Frame;
        if (!present.IsPresent || isNoted)
        {
            long taken = FilePages.Take(area->Backing, (area->BackingOffset + page - area->Start) / PageSize, write && area->IsShared, &frame);
            if (taken < 0)
            {
                return taken == -Errno.ENOMEM ? FaultOutcome.OutOfMemory : taken == -Errno.EAGAIN ? FaultOutcome.Owed : FaultOutcome.BeyondFile;
            }
        }

        Protection allowed = isNoted ? area->Protection : EntryProtection(area);
        bool isDone = write && !area->IsShared ? _pages.Copy(page, frame, area->Protection, area->Policy)
            : present.IsPresent ? _pages.Protect(page, PageSize, allowed)
            : _pages.Borrow(page, frame, allowed, !area->IsShared);
        return isDone ? FaultOutcome.Served : FaultOutcome.OutOfMemory;
    }
}
