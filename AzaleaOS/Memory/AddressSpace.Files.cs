using AzaleaOS.Abi;

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

    private readonly FaultOutcome ProvideFilePage(Area* area, ulong page, bool write)
    {
        UserPage present = _pages.Query(page, out _);
        if (present.IsPresent && !(write && present.IsCopiedOnWrite))
        {
            return FaultOutcome.Served;
        }

        FrameNumber frame = present.Frame;
        if (!present.IsPresent)
        {
            long taken = FilePages.Take(area->Backing, (area->BackingOffset + page - area->Start) / PageSize, write && area->IsShared, &frame);
            if (taken < 0)
            {
                return taken == -Errno.ENOMEM ? FaultOutcome.OutOfMemory : FaultOutcome.BeyondFile;
            }
        }

        bool isDone = write && !area->IsShared
            ? _pages.Copy(page, frame, area->Protection, area->Policy)
            : _pages.Borrow(page, frame, area->Protection, !area->IsShared);
        return isDone ? FaultOutcome.Served : FaultOutcome.OutOfMemory;
    }
}
