using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Memory;

/// <summary>The application's pages on the kernel's page tables: what <see cref="AddressSpace"/> asks for.</summary>
/// <remarks>
/// The holder of the address space's lock is alone in the application's half of the page tables. Tables are made of
/// the core's own frames; the kernel is not preempted, so nobody else takes them between two steps.
/// </remarks>
internal static unsafe partial class UserPageTables
{
    // Of a page that is somebody else's: the first who writes gets a copy.
    private const ulong LentMarks = PageEntry.Borrowed | PageEntry.CopyOnWrite;

    private const int LargeOrder = PageSize.Shift2M - PageSize.Shift4K;

    // Cutting a 1 GiB page at either end takes two tables each.
    private const int TablesPerCut = 4;

    // The page table that was used last, and the entry that refers to it. Forgotten when tables may go.
    private static ulong s_region = ulong.MaxValue;
    private static ulong* s_table;
    private static ulong* s_parent;

    // The entry that refers to the table that was looked at last, of any level.
    private static ulong* s_above;

    // Bytes that are mapped, whatever the access.
    private static ulong s_mapped;

    /// <summary>The operations for <see cref="AddressSpace.Initialize"/>.</summary>
    internal static UserPages Operations => new()
    {
        Populate = &Populate,
        Promise = &Promise,
        Fill = &Fill,
        Release = &Release,
        CanCut = &CanCut,
        Protect = &Protect,
        Move = &Move,
        Borrow = &Borrow,
        Lend = &Lend,
        LendOver = &LendOver,
        Copy = &Copy,
        Relocate = &Relocate,
        NodeOf = &NodeOf,
        Query = &Query,
        CountPresent = &CountPresent,
        FreeBytes = &Frames.UnpromisedBytes,
    };

    /// <summary>The policy of the running thread, for areas without one. Null as long as no thread has any.</summary>
    internal static delegate*<MemoryPolicy*> ThreadPolicy { get; set; }

    private static bool Populate(ulong start, ulong length, Protection protection, in MemoryPolicy ofArea, int order)
    {
        PageAccess access = Access(protection);
        MemoryPolicy policy = default;
        if (!ofArea.IsDefault || ThreadPolicy != null)
        {
            policy = Choose(ofArea);
        }
        else if (length == PageSize.Size4K && TryPopulateOne(start, access, out bool hasFrame))
        {
            return hasFrame;
        }

        return Populate(Find(start), start, start + length, access, policy, order);
    }

    /// <summary>Populates a range, whose first entry was found already.</summary>
    private static bool Populate(nuint found, ulong start, ulong end, PageAccess access, in MemoryPolicy policy, int order)
    {
        while (true)
        {
            ulong* entry = (ulong*)(found & ~PageTables.LevelMask);
            int level = (int)(found & PageTables.LevelMask);
            ulong size = 1UL << PageEntry.Shift(level);
            if (level == 0)
            {
                if (!PopulateTable(ref start, end, entry, access, policy))
                {
                    return false;
                }
            }
            else if (*entry != 0)
            {
                start = PageSize.AlignDown(start, size) + size;
            }
            else
            {
                ulong added = AddLarge(start, Math.Min(end - start, size), access, policy, order);
                if (added == 0)
                {
                    added = PageSize.Size4K;
                    if (order != 0 || !TryAdd(start, found, access, policy))
                    {
                        return false;
                    }
                }

                start += added;
            }

            if (start >= end)
            {
                return true;
            }

            found = Find(start);
        }
    }

    /// <summary>Populates one page in a table that is there.</summary>
    /// <returns>False if there is no such table.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryPopulateOne(ulong page, PageAccess access, out bool hasFrame)
    {
        hasFrame = true;
        ulong* entry = FindSmall(page, out ulong* parent);
        if (entry == null)
        {
            return false;
        }

        // What memory nearly always is, without asking for each of its properties.
        const PageAccess Data = PageAccess.Read | PageAccess.Write;
        ulong attributes = access == Data ? PageEntry.Data : PageEntry.Page(access, PageCaching.WriteBack, 0);
        if (*entry != 0)
        {
            FillPromised(entry, entry + 1, attributes);
            return true;
        }

        hasFrame = Frames.Cache->TryTake(out FrameNumber frame, out bool isZeroed);
        if (!hasFrame)
        {
            return true;
        }

        if (!isZeroed)
        {
            PageMemory.Clear(frame.Address.Mapped.Pointer, PageSize.Size4K);
        }

        *entry = frame.Address.Value | attributes;
        *parent += PageEntry.One;
        s_mapped += PageSize.Size4K;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong* FindSmall(ulong page, out ulong* parent)
    {
        nuint entry = Find(page);
        bool isSmall = (entry & PageTables.LevelMask) == 0;
        parent = s_parent;
        return isSmall ? (ulong*)entry : null;
    }

    /// <summary>The entry that decides about an address. The address space's lock is held.</summary>
    /// <returns>As <see cref="PageTables.Find"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static nuint Find(ulong address)
        => address >> PageSize.Shift2M == s_region ? (nuint)s_table + (nuint)((address >> 9) & (511 * sizeof(ulong))) : FindAnew(address);

    // A table of small pages is that used last from now on.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static nuint FindAnew(ulong address)
    {
        nuint entry = KernelMemory.Tables.Find(address, out ulong* parent);
        Remember(address, entry, parent);
        return entry;
    }

    private static void Remember(ulong address, nuint entry, ulong* parent)
    {
        s_above = parent;
        if ((entry & PageTables.LevelMask) == 0)
        {
            s_region = address >> PageSize.Shift2M;
            s_table = (ulong*)(entry & ~(nuint)(AddressSpace.PageSize - 1));
            s_parent = parent;
        }
    }

    /// <summary>Maps a small page where there is none, with the tables above it.</summary>
    /// <param name="page">The page, which was the last to be looked up.</param>
    /// <param name="found">What was found.</param>
    /// <param name="value">Its entry.</param>
    /// <returns>False without memory for tables, or if there is a page.</returns>
    private static bool TryPut(ulong page, nuint found, ulong value)
    {
        FrameCache* cache = Frames.Cache;
        int level = (int)(found & PageTables.LevelMask);
        if (*(ulong*)(found & ~PageTables.LevelMask) != 0 || (cache->Frames.Count < level && !HasTables(cache, PageTables.TablesPerPage)))
        {
            return false;
        }

        ulong* parent = s_parent;
        if (level != 0)
        {
            parent = s_above;
            KernelMemory.Tables.MakeTables(ref found, page, &cache->Frames, ref parent);
            Remember(page, found, parent);
        }

        *(ulong*)found = value;
        *parent += PageEntry.One;
        s_mapped += PageSize.Size4K;
        return true;
    }

    /// <summary>Adds a small page of zeros.</summary>
    /// <returns>False when memory is exhausted.</returns>
    private static bool TryAdd(ulong page, nuint found, PageAccess access, in MemoryPolicy policy)
    {
        if (!Frames.TryTakeZeroed(policy, page, out FrameNumber frame))
        {
            return false;
        }

        if (!TryPut(page, found, frame.Address.Value | PageEntry.Page(access, PageCaching.WriteBack, 0)))
        {
            Frames.Return(frame);
            return false;
        }

        return true;
    }

    /// <summary>Fills the empty entries of a page table from one on.</summary>
    /// <param name="start">Its address; afterwards the end, or that of the next table.</param>
    /// <param name="end">Where to end.</param>
    /// <param name="entry">The entry, of the table used last.</param>
    /// <param name="access">What may be done with the pages.</param>
    /// <param name="policy">Where frames come from.</param>
    /// <returns>False when memory is exhausted.</returns>
    private static bool PopulateTable(ref ulong start, ulong end, ulong* entry, PageAccess access, in MemoryPolicy policy)
    {
        ulong* parent = s_parent;
        ulong attributes = PageEntry.Page(access, PageCaching.WriteBack, 0);
        do
        {
            if (*entry == 0)
            {
                int together = policy.IsDefault ? PopulateRun(entry, start, end, attributes) : 0;
                if (together != 0)
                {
                    *parent += (ulong)together * PageEntry.One;
                    s_mapped += (ulong)together << PageSize.Shift4K;
                    entry += together;
                    start += (ulong)together << PageSize.Shift4K;
                    continue;
                }

                if (!Frames.TryTakeZeroed(policy, start, out FrameNumber frame))
                {
                    return false;
                }

                *entry = frame.Address.Value | attributes;
                *parent += PageEntry.One;
                s_mapped += PageSize.Size4K;
            }
            else
            {
                FillPromised(entry, entry + 1, attributes);
            }

            entry++;
            start += PageSize.Size4K;
        }
        while (start < end && !PageSize.IsAligned(start, PageSize.Size2M));

        return true;
    }

    // Many empty entries get frames that follow each other, if there are any: taken at once, filled at once.
    private static int PopulateRun(ulong* entry, ulong start, ulong end, ulong attributes)
    {
        const int Worthwhile = 8;
        int count = end - start < Worthwhile * PageSize.Size4K ? 0 : PageTables.CountEmpty(entry, start, end, PageSize.Shift4K);
        if (count < Worthwhile || !Frames.TryTakeRun((ulong)count, 0, out FrameNumber first))
        {
            return 0;
        }

        PageMemory.Clear(first.Address.Mapped.Pointer, (ulong)count << PageSize.Shift4K);
        PageTables.FillEmpty(entry, count, first.Address.Value | attributes, PageSize.Size4K);
        return count;
    }

    /// <summary>Adds one large page of zeros, as large as alignment, room and free memory allow, but of at least an order.</summary>
    /// <returns>Its size; 0 if there is none.</returns>
    private static ulong AddLarge(ulong start, ulong room, PageAccess access, in MemoryPolicy policy, int order)
    {
        if (room < PageSize.Size2M)
        {
            return 0;
        }

        PageTables tables = KernelMemory.Tables;
        int largest = order == LargeOrder || !tables.HasHugePages ? LargeOrder : FrameAllocator.MaxOrder;
        for (int large = largest; large >= Math.Max(order, LargeOrder); large -= LargeOrder)
        {
            ulong size = PageSize.Size4K << large;
            if (room >= size && PageSize.IsAligned(start, size) && Frames.TryTake(large, policy, start, out FrameNumber frame))
            {
                PageMemory.Clear(frame.Address.Mapped.Pointer, size);
                FrameCache* cache = Frames.Cache;
                PageError error;
                do
                {
                    error = tables.Map(new VirtualAddress(start), frame.Address, size, access, PageCaching.WriteBack, &cache->Frames, out _);
                }
                while (error is PageError.NeedsTables && HasTables(cache, PageTables.TablesPerPage));
                if (error is PageError.None)
                {
                    s_mapped += size;
                    return size;
                }

                _ = Frames.TryReturnRun(frame, 1UL << large);
                return 0;
            }
        }

        return 0;
    }

    private static bool HasTables(FrameCache* cache, int count)
        => cache->Frames.Count >= count || (cache->TryReserve(count) && cache->Frames.Count >= count);

    private static bool CanCut(ulong start, ulong end)
    {
        FrameCache* cache = Frames.Cache;
        if (HasTables(cache, TablesPerCut) || (!IsCut(start) && !IsCut(end)))
        {
            return true;
        }

        while (cache->Frames.Count < TablesPerCut)
        {
            if (!KernelRange.TryTakeSpare(cache))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether an address lies inside a large page.</summary>
    private static bool IsCut(ulong address)
        => KernelMemory.Tables.TryQuery(new VirtualAddress(address), out PageMapping place) && !PageSize.IsAligned(address, place.Size);

    [SkipLocalsInit]
    private static void Release(ulong start, ulong length)
    {
        FrameCache* cache = Frames.Cache;
        if (length == PageSize.Size4K && TryReleaseOne(start, cache))
        {
            return;
        }

        VirtualAddress at = new(start);
        VirtualAddress end = new(start + length);
        while (at.Value != end.Value)
        {
            PageBatch.Create(out PageBatch batch);
            PageError error = KernelMemory.Tables.Unmap(ref at, end, releases: true, &cache->Frames, ref batch);
            s_mapped -= batch.Removed;
            Complete(ref batch, cache);
            if (error is PageError.NeedsTables && !HasTables(cache, 1) && !KernelRange.TryTakeSpare(cache))
            {
                Panic.Because("nobody asked whether a large page can be cut"u8);
            }
        }
    }

    /// <summary>Releases one page of a table that keeps others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReleaseOne(ulong page, FrameCache* cache)
    {
        ulong* entry = FindSmall(page, out ulong* parent);
        if (entry == null || PageEntry.CountOf(*parent) < 2)
        {
            return false;
        }

        ulong old = *entry;
        if (old == 0)
        {
            return true;
        }

        *entry = 0;
        *parent -= PageEntry.One;
        s_mapped -= PageSize.Size4K;
        if ((old & PageEntry.Present) != 0)
        {
            Translations.DropOne(page);
        }

        FrameNumber frame = new PhysicalAddress(PageEntry.AddressOf(old)).Frame;
        if ((old & PageEntry.Borrowed) == 0 && !KernelRange.TryKeepSpare(frame))
        {
            cache->Return(frame);
        }

        return true;
    }

    [SkipLocalsInit]
    private static bool Protect(ulong start, ulong length, Protection protection)
    {
        FrameCache* cache = Frames.Cache;
        VirtualAddress at = new(start);
        VirtualAddress end = new(start + length);
        while (at.Value != end.Value)
        {
            PageBatch.Create(out PageBatch batch);
            PageError error = KernelMemory.Tables.Protect(ref at, end, Access(protection), &cache->Frames, ref batch);
            Complete(ref batch, cache);
            if (error is PageError.NeedsTables && !HasTables(cache, 1))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Move(ulong from, ulong to, ulong length)
    {
        if (TryMove(from, from + length, to - from, out ulong reached))
        {
            return true;
        }

        // The tables that became empty on the way are at hand again, so that the way back is open.
        if (reached != from && !TryMove(to, to + (reached - from), from - to, out _))
        {
            Panic.Because("pages that were moved cannot be moved back"u8);
        }

        return false;
    }

    [SkipLocalsInit]
    private static bool TryMove(ulong start, ulong stop, ulong distance, out ulong reached)
    {
        FrameCache* cache = Frames.Cache;
        VirtualAddress at = new(start);
        VirtualAddress end = new(stop);
        bool isDone = true;
        while (isDone && at.Value != end.Value)
        {
            PageBatch.Create(out PageBatch batch);
            PageError error = KernelMemory.Tables.Move(ref at, end, distance, &cache->Frames, ref batch);
            Complete(ref batch, cache);
            isDone = error is not PageError.NeedsTables || HasTables(cache, PageTables.TablesPerPage);
            while (!isDone && cache->Frames.Count < PageTables.TablesPerPage && KernelRange.TryTakeSpare(cache))
            {
                isDone = cache->Frames.Count == PageTables.TablesPerPage;
            }
        }

        reached = at.Value;
        return isDone;
    }

    private static bool Borrow(ulong page, FrameNumber frame, Protection protection, bool isCopiedOnWrite)
    {
        PageAccess access = Access(protection) & (isCopiedOnWrite ? ~PageAccess.Write : ~PageAccess.None);
        ulong marks = PageEntry.Borrowed | (isCopiedOnWrite ? PageEntry.CopyOnWrite : 0);
        return TryPut(page, Find(page), frame.Address.Value | marks | PageEntry.Page(access, PageCaching.WriteBack, 0));
    }

    private static bool Lend(ulong start, byte* from, ulong length, Protection protection)
    {
        ulong physical = (ulong)from - MemoryMap.DirectMapBase;
        if (!PageSize.IsAligned(physical, PageSize.Size4K) || physical >= MemoryMap.DirectMapSize || length > MemoryMap.DirectMapSize - physical)
        {
            return false;
        }

        PageAccess access = Access(protection) & ~PageAccess.Write;
        ulong* parent = null;
        ulong* entry = length == PageSize.Size4K ? FindSmall(start, out parent) : null;
        if (entry != null)
        {
            if (*entry != 0)
            {
                return false;
            }

            // The table is there.
            *entry = physical | LentMarks | PageEntry.Page(access, PageCaching.WriteBack, 0);
            *parent += PageEntry.One;
            s_mapped += PageSize.Size4K;
            return true;
        }

        FrameCache* cache = Frames.Cache;
        if (length == PageSize.Size4K && KernelMemory.Tables.TryQuery(new VirtualAddress(start), out PageMapping large))
        {
            s_region = ulong.MaxValue;
            bool isReplaced = (large.Marks & PageEntry.CopyOnWrite) != 0 && HasTables(cache, 2)
                && KernelMemory.Tables.Replace(new VirtualAddress(start), new PhysicalAddress(physical), access, LentMarks, &cache->Frames) is PageError.None;
            Translations.DropOne(start);
            return isReplaced;
        }

        ulong done = 0;
        PageError error;
        do
        {
            error = KernelMemory.Tables.Map(new VirtualAddress(start + done), new PhysicalAddress(physical + done), length - done, access, PageCaching.WriteBack,
                LentMarks, &cache->Frames, out ulong mapped);
            done += mapped;
            s_mapped += mapped;
        }
        while (error is PageError.NeedsTables && HasTables(cache, PageTables.TablesPerPage));
        if (error is not PageError.None && done != 0)
        {
            Release(start, done);
        }

        return error is PageError.None;
    }

    private static uint LendOver(PromotedPage* pages, uint count, byte* from, ulong start, ulong first, ulong end, Protection protection)
    {
        ulong physical = (ulong)from - MemoryMap.DirectMapBase;
        ulong length = (ulong)count * PageSize.Size4K;
        if (!PageSize.IsAligned(physical, PageSize.Size4K) || physical >= MemoryMap.DirectMapSize || length > MemoryMap.DirectMapSize - physical)
        {
            return 0;
        }

        ulong lent = physical | LentMarks | PageEntry.Page(Access(protection) & ~PageAccess.Write, PageCaching.WriteBack, 0);
        for (uint i = 0; i < count; i++, lent += PageSize.Size4K)
        {
            ulong offset = Unsafe.ReadUnaligned<ulong>(&pages[i].Offset);
            if (offset + PageSize.Size4K <= first || offset >= end)
            {
                continue;
            }

            ulong* entry = FindSmall(start + offset, out _);
            if (entry == null || (*entry & PageEntry.CopyOnWrite) == 0)
            {
                return i;
            }

            *entry = lent;
            Translations.DropOne(start + offset);
        }

        return count;
    }

    private static bool Copy(ulong page, FrameNumber frame, Protection protection, in MemoryPolicy policy)
    {
        if (!Frames.TryTake(0, Choose(policy), page, out FrameNumber copy))
        {
            return false;
        }

        PageMemory.Copy(copy.Address.Mapped.Pointer, frame.Address.Mapped.Pointer);
        PageTables tables = KernelMemory.Tables;
        FrameCache* cache = Frames.Cache;
        bool isDone = tables.TryQuery(new VirtualAddress(page), out _)
            ? HasTables(cache, 2) && tables.Replace(new VirtualAddress(page), copy.Address, Access(protection), 0, &cache->Frames) is PageError.None
            : TryPut(page, Find(page), copy.Address.Value | PageEntry.Page(Access(protection), PageCaching.WriteBack, 0));
        if (!isDone)
        {
            Frames.Return(copy);
            return false;
        }

        TlbFlush flush = default;
        flush.Add(page, PageSize.Size4K);
        Translations.Drop(in flush);
        return true;
    }

    private static MemoryPolicy Choose(in MemoryPolicy ofArea) => ofArea.IsDefault && ThreadPolicy != null ? *ThreadPolicy() : ofArea;

    private static int NodeOf(FrameNumber frame) => KernelMemory.Nodes->NodeOf(frame);

    // With several nodes, no page is promised without being filled: it belongs near who touches it first.
    private static bool Relocate(ulong page, Protection protection, int node)
    {
        _ = KernelMemory.Tables.TryQuery(new VirtualAddress(page), out PageMapping place);

        // Nobody writes while it is copied: who touches it faults, and waits for the lock.
        MemoryPolicy there = new() { Mode = MemoryPolicy.Bind, Nodes = 1UL << node };
        FrameNumber old = place.Physical.Frame;
        if (!Protect(page, PageSize.Size4K, Protection.None))
        {
            return false;
        }

        if (!Copy(page, old, protection, there))
        {
            // It is a small page now, so this takes no memory.
            return Protect(page, PageSize.Size4K, protection) && false;
        }

        Frames.Return(old);
        return true;
    }

    private static UserPage Query(ulong address, out ulong alike)
    {
        bool isPresent = KernelMemory.Tables.TryQuery(new VirtualAddress(address), out PageMapping place);
        alike = place.Size - (address & (place.Size - 1));
        return new UserPage
        {
            IsPresent = isPresent,
            IsBorrowed = (place.Marks & PageEntry.Borrowed) != 0,
            IsCopiedOnWrite = (place.Marks & PageEntry.CopyOnWrite) != 0,
            Frame = place.Physical.Frame,
        };
    }

    private static ulong CountPresent(ulong start, ulong end)
        => start == 0 && end == AddressSpace.Highest ? s_mapped : KernelMemory.Tables.CountMapped(start, end);

    private static void Complete(ref PageBatch batch, FrameCache* cache)
    {
        s_region = ulong.MaxValue;
        Translations.Drop(in batch.Flush);
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Order(i) != 0)
            {
                _ = KernelMemory.Nodes->TryReturnRun(batch.Frame(i), 1UL << batch.Order(i));
            }
            else if (!KernelRange.TryKeepSpare(batch.Frame(i)))
            {
                cache->Return(batch.Frame(i), batch.IsZeroed(i));
            }
        }
    }

    // What can be written can be read, also as long as writing waits for a copy.
    private static PageAccess Access(Protection protection)
        => (PageAccess)(protection & Protection.All) | ((protection & Protection.Write) != 0 ? PageAccess.Read : PageAccess.None);
}
