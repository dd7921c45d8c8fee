using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>Mapped files: their pages are borrowed, and copied where a private mapping is written to.</summary>
internal unsafe partial struct AddressSpace
{
    /// <summary>mmap of a file.</summary>
    /// <param name="hint">Where, if the flags or luck have it so.</param>
    /// <param name="length">Bytes; rounded up to pages.</param>
    /// <param name="protection">What may be done with it.</param>
    /// <param name="flags">MAP_ flags.</param>
    /// <param name="kind">What the area is for: Shared, NeverWritable.</param>
    /// <param name="file">The file.</param>
    /// <param name="bytes">Its first byte, as long as files give no pages.</param>
    /// <param name="size">Its bytes.</param>
    /// <param name="offset">Where in the file the mapping begins: a multiple of the page size.</param>
    /// <returns>The address, or -EINVAL, -ENOMEM, -EPERM, -EEXIST.</returns>
    internal long MapFile(ulong hint, ulong length, Protection protection, MapFlags flags, AreaFlags kind, void* file, byte* bytes, ulong size, ulong offset)
    {
        if (FilePages.Take != null)
        {
            return Map(hint, length, protection, flags, kind, file, offset);
        }

        long mapped = Map(hint, length, protection, flags & ~MapFlags.Populate, kind & ~AreaFlags.Locked, file, offset);
        if (mapped < 0)
        {
            return mapped;
        }

        ulong start = (ulong)mapped;
        ulong whole = RoundUp(length);
        ulong inFile = offset < size ? size - offset : 0;
        ulong present = Math.Min(whole, RoundUp(inFile));
        if (!_areas.Reserve(2) || (present != 0 && !PopulateNow(start, present, Protection.Read | Protection.Write)))
        {
            RemoveRange(start, start + whole);
            return -Errno.ENOMEM;
        }

        ulong copied = Math.Min(present, inFile);
        Buffer.MemoryCopy(bytes + offset, (void*)start, copied, copied);
        if (present != 0 && !_pages.Protect(start, present, protection & Protection.All))
        {
            RemoveRange(start, start + whole);
            return -Errno.ENOMEM;
        }

        if (present < whole)
        {
            _areas.SplitAt(start);
            _areas.SplitAt(start + present);
            _areas.Find(start + present)->Flags |= AreaFlags.BeyondFile;
        }

        return mapped;
    }

    /// <summary>Takes the pages of a file out of all mappings, private copies included: it was cut short. Takes the lock.</summary>
    /// <param name="file">The file. It does not give these pages any more.</param>
    /// <param name="first">Index of the first page.</param>
    /// <param name="end">Index after the last; ulong.MaxValue for all.</param>
    /// <remarks>When it returns no core reaches the frames, so that the file can free them.</remarks>
    internal void DropFilePages(void* file, ulong first, ulong end)
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
            if (from < to)
            {
                _pages.Release(area->Start + ((from - areaFirst) * PageSize), (to - from) * PageSize);
            }
        }

        Lock.Exit();
    }

    private readonly FaultOutcome ProvideFilePage(Area* area, ulong page, bool write)
    {
        if (FilePages.Take == null)
        {
            // Bytes were copied when it was mapped; what is not there lies behind the file's end.
            return _pages.Query(page, out _).IsPresent ? FaultOutcome.Served : FaultOutcome.BeyondFile;
        }

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
