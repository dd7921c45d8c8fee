using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Memory;

/// <summary>Maps and unmaps parts of the address space outside the direct map, on the kernel's own tables.</summary>
internal static unsafe class KernelRange
{
    // Unmapping must not fail for want of memory: it is how memory comes back. Guarded by KernelMemory.Lock.
    private const int SparesKept = 8;
    private static FrameStash s_spares;

    /// <summary>Lays by what unmapping may need when memory is exhausted. Once, at boot.</summary>
    /// <returns>False if memory is exhausted already.</returns>
    internal static bool KeepSpares(ref FrameCache cache)
    {
        while (s_spares.Count < SparesKept)
        {
            if (!cache.TryTake(out FrameNumber frame))
            {
                return false;
            }

            s_spares.Push(frame.Value);
        }

        return true;
    }

    /// <summary>Maps a range to frames that follow each other.</summary>
    internal static PageError Map(VirtualAddress start, PhysicalAddress physical, ulong length, PageAccess access, PageCaching caching)
    {
        bool interrupts = InterruptFlag.Clear();
        KernelMemory.Lock.Enter();
        PageError error = KernelTables.Map(KernelMemory.Tables, start, physical, length, access, caching, ref *Frames.Cache);
        KernelMemory.Lock.Exit();
        InterruptFlag.Restore(interrupts);
        return error;
    }

    /// <summary>Maps frames that follow each other in several pieces, below each of which a page is left out, in a part that one table covers.</summary>
    /// <param name="start">The first page that is left out. Nothing is mapped there.</param>
    /// <param name="physical">The first frame.</param>
    /// <param name="pages">The size of each piece, in pages of 4 KiB.</param>
    /// <param name="count">How many pieces.</param>
    /// <param name="ends">Gets the address behind each piece.</param>
    /// <returns>False if there is no memory for tables.</returns>
    internal static bool TryMapApart(ulong start, PhysicalAddress physical, byte* pages, int count, ulong* ends)
    {
        bool interrupts = InterruptFlag.Clear();
        KernelMemory.Lock.Enter();
        bool isMapped = KernelTables.Map(KernelMemory.Tables, new VirtualAddress(start + PageSize.Size4K), physical, PageSize.Size4K, PageAccess.Read | PageAccess.Write, PageCaching.WriteBack, ref *Frames.Cache) is PageError.None;
        if (isMapped)
        {
            ulong* entry = (ulong*)KernelMemory.Tables.Find(start + PageSize.Size4K, out ulong* table);
            ulong value = *entry;
            *table -= PageEntry.One; // counted again below
            for (int i = 0; i < count; i++, entry++)
            {
                for (ulong* end = entry + pages[i]; entry != end; value += PageSize.Size4K)
                {
                    *entry++ = value;
                }

                *table += pages[i] * PageEntry.One;
                start += (1UL + pages[i]) << PageSize.Shift4K;
                ends[i] = start;
            }
        }

        KernelMemory.Lock.Exit();
        InterruptFlag.Restore(interrupts);
        return isMapped;
    }

    /// <summary>Takes pages away.</summary>
    /// <param name="start">First address.</param>
    /// <param name="end">The address after the range.</param>
    /// <param name="releases">Whether their frames are given back.</param>
    /// <returns>None, OutOfMemory if a large page could not be split, or what <see cref="PageTables.Check"/> says.</returns>
    [SkipLocalsInit]
    internal static PageError Unmap(VirtualAddress start, VirtualAddress end, bool releases)
    {
        PageError error = PageError.None;
        while (start.Value != end.Value && error is PageError.None)
        {
            PageBatch.Create(out PageBatch batch);
            bool interrupts = InterruptFlag.Clear();
            FrameCache* cache = Frames.Cache;
            KernelMemory.Lock.Enter();
            error = KernelMemory.Tables.Unmap(ref start, end, releases, &cache->Frames, ref batch);
            KernelMemory.Lock.Exit();
            Finish(ref batch, cache);
            error = Reserve(error, cache, usesSpares: true);
            InterruptFlag.Restore(interrupts);
        }

        return error;
    }

    /// <summary>Changes what may be done with pages.</summary>
    /// <returns>As <see cref="Unmap"/>, and WriteAndExecute.</returns>
    [SkipLocalsInit]
    internal static PageError Protect(VirtualAddress start, VirtualAddress end, PageAccess access)
    {
        PageError error = PageError.None;
        while (start.Value != end.Value && error is PageError.None)
        {
            PageBatch.Create(out PageBatch batch);
            bool interrupts = InterruptFlag.Clear();
            FrameCache* cache = Frames.Cache;
            KernelMemory.Lock.Enter();
            error = KernelMemory.Tables.Protect(ref start, end, access, &cache->Frames, ref batch);
            KernelMemory.Lock.Exit();
            Finish(ref batch, cache);
            error = Reserve(error, cache, usesSpares: false);
            InterruptFlag.Restore(interrupts);
        }

        return error;
    }

    /// <summary>Fetches what NeedsTables asked for.</summary>
    private static PageError Reserve(PageError error, FrameCache* cache, bool usesSpares)
    {
        if (error is not PageError.NeedsTables)
        {
            return error;
        }

        bool hasFrames = cache->TryReserve(1);
        return hasFrames || (usesSpares && TryTakeSpare(cache)) ? PageError.None : PageError.OutOfMemory;
    }

    /// <summary>Takes one of the spares, for the application's half.</summary>
    internal static bool TryTakeSpare(FrameCache* cache)
    {
        KernelMemory.Lock.Enter();
        bool hasOne = s_spares.Count > 0;
        if (hasOne)
        {
            cache->Frames.Push(s_spares.Pop());
        }

        KernelMemory.Lock.Exit();
        return hasOne;
    }

    /// <summary>Keeps a frame as a spare, if one is missing.</summary>
    internal static bool TryKeepSpare(FrameNumber frame)
    {
        if (s_spares.Count >= SparesKept)
        {
            return false;
        }

        KernelMemory.Lock.Enter();
        bool isKept = s_spares.Count < SparesKept;
        if (isKept)
        {
            s_spares.Push(frame.Value);
        }

        KernelMemory.Lock.Exit();
        return isKept;
    }

    private static void Finish(ref PageBatch batch, FrameCache* cache)
    {
        Translations.DropHere(in batch.Flush);
        for (int i = 0; i < batch.Count; i++)
        {
            if (batch.Order(i) == 0)
            {
                if (!TryKeepSpare(batch.Frame(i)))
                {
                    cache->Return(batch.Frame(i), batch.IsZeroed(i));
                }
            }
            else
            {
                _ = KernelMemory.Nodes->TryReturnRun(batch.Frame(i), 1UL << batch.Order(i));
            }
        }
    }
}
