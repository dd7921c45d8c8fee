using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Memory;

/// <summary>The physical memory of one NUMA node: a buddy allocator for blocks of 4 KiB to 1 GiB.</summary>
/// <remarks>
/// <para>
/// A block of order n is 2^n frames and aligned to its size. Free blocks are linked through their own
/// first bytes; which blocks there are is kept by <see cref="FrameExtent"/>. Memory that was never
/// used is in no list: it is taken block by block, lowest address first, when the lists are empty.
/// </para>
/// <para>
/// Cores share it: every operation holds the lock of the node, with interrupts off. Single frames go
/// through the cores' <see cref="FrameCache"/>s, which come here once in 32 frames, so the lock is
/// off the hot path. Nothing else of an allocator is read or written by another core.
/// </para>
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FrameAllocator
{
    /// <summary>The largest block: 1 GiB.</summary>
    internal const int MaxOrder = PageSize.Shift1G - PageSize.Shift4K;

    /// <summary>Page tables that showing one more piece of an extent can need: one PDPT, one PD, a PT at either end.</summary>
    private const int TablesPerPiece = 4;

    /// <summary>How many it keeps: a first piece may be too short to pay for its own tables.</summary>
    internal const int TablesKept = 2 * TablesPerPiece;

    private SpinLock _lock;
    private uint _nonEmpty;
    private FrameExtent* _extents;
    private int _extentCount;
    private int _lastFound;
    private ulong _directMap;
    private delegate*<ulong, ulong, FrameStash*, bool> _open;
    private FrameStatistics _statistics;
    private FrameStash _tables;
    private FreeLists _free;

    [InlineArray(MaxOrder + 1)]
    private struct FreeLists
    {
        private ulong _first;
    }

    /// <summary>Links of a free block, in its first frame. 0 ends a list.</summary>
    private struct FreeBlock
    {
        internal ulong Next;
        internal ulong Previous;
    }

    /// <summary>Takes over extents that nobody else uses. Costs nothing per frame.</summary>
    /// <param name="extents">Sorted, initialised, and kept by the allocator from now on.</param>
    /// <param name="count">How many.</param>
    /// <param name="directMap">What to add to a physical address to read it.</param>
    internal void Initialise(FrameExtent* extents, int count, ulong directMap)
    {
        this = default;
        _extents = extents;
        _extentCount = count;
        _directMap = directMap;
        for (int i = 0; i < count; i++)
        {
            _statistics.Total += extents[i].End - extents[i].First;
            _statistics.Metadata += extents[i].MetadataFrames;
        }

        _statistics.Free = _statistics.Total;
        _statistics.Untouched = _statistics.Total;
    }

    /// <summary>From now on memory is shown piece by piece, when it is first used. What was used already is shown now.</summary>
    /// <param name="open">
    /// Shows a piece (start and length in bytes, within one gigabyte) of an extent at its place in the
    /// direct map, with page tables from the stash, of which there are at least four.
    /// </param>
    /// <param name="tables">At least <see cref="TablesKept"/> frames, which this takes for the page tables of the first pieces.</param>
    /// <returns>False if there are too few frames.</returns>
    internal bool StartShowing(delegate*<ulong, ulong, FrameStash*, bool> open, FrameStash* tables)
    {
        _lock.Enter();
        bool isDone = true;
        _open = open;
        for (int i = 0; i < _extentCount; i++)
        {
            FrameExtent* extent = _extents + i;
            while (isDone && extent->Untouched > extent->First && extent->Opened < extent->Untouched)
            {
                FillTables(tables);
                isDone = ShowPiece(extent);
            }
        }

        FillTables(tables);
        isDone &= _tables.Count == TablesKept;
        _lock.Exit();
        return isDone;
    }

    /// <summary>Changes where physical memory is seen.</summary>
    /// <param name="directMap">What to add to a physical address to read it.</param>
    internal void UseDirectMap(ulong directMap) => _directMap = directMap;

    /// <summary>Takes a block of 2^order frames, aligned to its size.</summary>
    /// <returns>False if the node has none; then nothing changed.</returns>
    internal bool TryTake(int order, out FrameNumber frame)
    {
        _lock.Enter();
        bool taken = Take(order, out ulong number);
        _lock.Exit();
        frame = new FrameNumber(number);
        return taken;
    }

    /// <summary>Takes single frames, as many as there are up to the length of the span.</summary>
    /// <returns>How many.</returns>
    internal int TakeSingles(Span<ulong> frames)
    {
        _lock.Enter();
        int count = 0;
        int order = BitOperations.Log2((uint)frames.Length);
        while (count < frames.Length)
        {
            // One large block instead of many small ones keeps the rest of memory whole.
            while (order > 0 && (1 << order) > frames.Length - count)
            {
                order--;
            }

            if (!Take(order, out ulong first))
            {
                if (order == 0)
                {
                    break;
                }

                order--;
                continue;
            }

            SplitTaken(first, order, 0);

            // The lowest frame comes last: caches hand out from the end.
            for (int i = (1 << order) - 1; i >= 0; i--)
            {
                frames[count++] = first + (ulong)i;
            }
        }

        _lock.Exit();
        return count;
    }

    /// <summary>Takes frames that follow each other.</summary>
    /// <param name="count">How many; at most 1 GiB in all.</param>
    /// <param name="alignment">log2 of the alignment in frames, at most <see cref="MaxOrder"/>.</param>
    /// <param name="frame">The first.</param>
    /// <returns>False if the node has no such run, or none so long can exist.</returns>
    internal bool TryTakeRun(ulong count, int alignment, out FrameNumber frame)
    {
        frame = default;
        if (count == 0 || count > 1UL << MaxOrder || alignment > MaxOrder)
        {
            return false;
        }

        int order = Math.Max(BitOperations.Log2(BitOperations.RoundUpToPowerOf2(count)), alignment);
        _lock.Enter();
        bool taken = Take(order, out ulong first);
        if (taken)
        {
            Trim(first, order, count);
        }

        _lock.Exit();
        frame = new FrameNumber(first);
        return taken;
    }

    /// <summary>Gives a block of 2^order frames back: one that was taken, or a part of one.</summary>
    /// <returns>False if these frames are not taken; then nothing changed.</returns>
    internal bool TryReturn(FrameNumber frame, int order)
    {
        _lock.Enter();
        bool returned = Return(frame.Value, order);
        _lock.Exit();
        return returned;
    }

    /// <summary>Gives frames that follow each other back, however they were taken.</summary>
    /// <returns>False if one of them was not taken; those before it are returned.</returns>
    internal bool TryReturnRun(FrameNumber frame, ulong count)
    {
        _lock.Enter();
        ulong next = frame.Value;
        ulong end = next + count;
        bool returned = true;
        while (returned && next < end)
        {
            int order = LargestBlock(next, end);
            int block = TakenOrder(next);
            order = block >= 0 ? Math.Min(order, block) : order;
            returned = Return(next, order);
            next += 1UL << order;
        }

        _lock.Exit();
        return returned;
    }

    /// <summary>Gives single frames back. Frames that are not of this node are ignored.</summary>
    internal void ReturnSingles(ReadOnlySpan<ulong> frames)
    {
        _lock.Enter();
        foreach (ulong frame in frames)
        {
            _ = Return(frame, 0);
        }

        _lock.Exit();
    }

    /// <summary>Whether a frame is one of this node's.</summary>
    internal readonly bool Owns(FrameNumber frame)
    {
        for (int i = 0; i < _extentCount; i++)
        {
            if (_extents[i].Contains(frame.Value))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>How the node's frames are used now.</summary>
    internal FrameStatistics Statistics
    {
        get
        {
            _lock.Enter();
            FrameStatistics statistics = _statistics;
            _lock.Exit();
            return statistics;
        }
    }

    private bool Take(int order, out ulong frame)
    {
        frame = 0;
        if ((uint)order > MaxOrder)
        {
            return false;
        }

        while (_nonEmpty >> order == 0)
        {
            if (!TouchMore())
            {
                return false;
            }
        }

        int from = order + BitOperations.TrailingZeroCount(_nonEmpty >> order);
        frame = _free[from] >> PageSize.Shift4K;
        FrameExtent* extent = Find(frame);
        Unlink(frame, from);
        while (from > order)
        {
            from--;
            Link(extent, frame + (1UL << from), from);
        }

        extent->SetState(frame, (byte)(FrameExtent.Taken | order), _directMap);
        _statistics.Free -= 1UL << order;
        return true;
    }

    private bool Return(ulong frame, int order)
    {
        FrameExtent* extent = Find(frame);
        if ((uint)order > MaxOrder || extent == null || !extent->IsTouched(frame, order) || (frame & ((1UL << order) - 1)) != 0)
        {
            return false;
        }

        if (extent->State(frame, _directMap) != (byte)(FrameExtent.Taken | order) && !CutOut(extent, frame, order))
        {
            return false;
        }

        _statistics.Free += 1UL << order;
        Coalesce(extent, frame, order);
        return true;
    }

    /// <summary>Links a free block, joined with its buddy as long as that is free too.</summary>
    private void Coalesce(FrameExtent* extent, ulong frame, int order)
    {
        while (order < MaxOrder)
        {
            ulong buddy = frame ^ (1UL << order);
            if (!extent->IsTouched(buddy, order) || extent->State(buddy, _directMap) != (byte)(FrameExtent.Free | order))
            {
                break;
            }

            Unlink(buddy, order);
            extent->SetState(Math.Max(frame, buddy), 0, _directMap);
            frame = Math.Min(frame, buddy);
            order++;
        }

        Link(extent, frame, order);
    }

    /// <summary>Makes a block of its own out of a part of a larger block that is taken.</summary>
    private readonly bool CutOut(FrameExtent* extent, ulong frame, int order)
    {
        for (int larger = order + 1; larger <= MaxOrder; larger++)
        {
            ulong head = frame & ~((1UL << larger) - 1);
            if (head < extent->First)
            {
                return false;
            }

            if (extent->State(head, _directMap) != (byte)(FrameExtent.Taken | larger))
            {
                continue;
            }

            while (larger > order)
            {
                larger--;
                ulong upper = head + (1UL << larger);
                extent->SetState(head, (byte)(FrameExtent.Taken | larger), _directMap);
                extent->SetState(upper, (byte)(FrameExtent.Taken | larger), _directMap);
                head = frame >= upper ? upper : head;
            }

            return true;
        }

        return false;
    }

    /// <summary>Cuts a taken block into taken blocks of a smaller order.</summary>
    private void SplitTaken(ulong frame, int order, int into)
    {
        FrameExtent* extent = Find(frame);
        if (into == 0)
        {
            extent->SetStates(frame, 1UL << order, FrameExtent.Taken, _directMap);
            return;
        }

        for (ulong part = 0; part < 1UL << order; part += 1UL << into)
        {
            extent->SetState(frame + part, (byte)(FrameExtent.Taken | into), _directMap);
        }
    }

    /// <summary>Keeps the first frames of a taken block and gives the rest back.</summary>
    private void Trim(ulong frame, int order, ulong count)
    {
        FrameExtent* extent = Find(frame);
        ulong end = frame + (1UL << order);
        ulong next = frame;
        for (ulong left = count; left > 0;)
        {
            int part = BitOperations.Log2(left);
            extent->SetState(next, (byte)(FrameExtent.Taken | part), _directMap);
            next += 1UL << part;
            left -= 1UL << part;
        }

        _statistics.Free += end - next;
        while (next < end)
        {
            int part = LargestBlock(next, end);
            Coalesce(extent, next, part);
            next += 1UL << part;
        }
    }

    /// <summary>The order of the largest aligned block at a frame that ends at or before another.</summary>
    private static int LargestBlock(ulong frame, ulong end)
        => Math.Min(MaxOrder, Math.Min(BitOperations.TrailingZeroCount(frame), BitOperations.Log2(end - frame)));

    /// <summary>The order of the taken block that begins at a frame; -1 if none does.</summary>
    private int TakenOrder(ulong frame)
    {
        FrameExtent* extent = Find(frame);
        if (extent == null || !extent->IsTouched(frame, 0))
        {
            return -1;
        }

        byte state = extent->State(frame, _directMap);
        return (state & FrameExtent.Taken) != 0 ? state & ~FrameExtent.Taken : -1;
    }

    /// <summary>Brings the next untouched block into the lists.</summary>
    private bool TouchMore()
    {
        for (int i = 0; i < _extentCount; i++)
        {
            FrameExtent* extent = _extents + i;
            if (extent->Untouched < extent->End && Show(extent))
            {
                ulong frame = extent->Untouched;
                int order = LargestBlock(frame, Math.Min(extent->End, _open == null ? extent->End : extent->Opened));
                extent->Touch(1UL << order, _directMap);
                _statistics.Untouched -= 1UL << order;
                Link(extent, frame, order);
                RefillTables();
                return true;
            }
        }

        return false;
    }

    /// <summary>Makes sure that the direct map shows the next untouched frame, and all metadata before it.</summary>
    private bool Show(FrameExtent* extent)
    {
        while (_open != null && extent->Opened <= extent->Untouched)
        {
            if (!ShowPiece(extent))
            {
                return false;
            }

            RefillTables();
        }

        return true;
    }

    /// <summary>Shows what is left of the gigabyte that is shown in part.</summary>
    private bool ShowPiece(FrameExtent* extent)
    {
        const ulong GigabyteFrames = 1UL << MaxOrder;
        ulong start = extent->Opened;
        ulong end = Math.Min(PageSize.AlignDown(start, GigabyteFrames) + GigabyteFrames, extent->End);
        FrameStash* tables = (FrameStash*)Unsafe.AsPointer(ref _tables);
        bool isShown = tables->Count >= TablesPerPiece
            && _open(start << PageSize.Shift4K, (end - start) << PageSize.Shift4K, tables);
        extent->Opened = isShown ? end : start;
        return isShown;
    }

    private void FillTables(FrameStash* from)
    {
        while (_tables.Count < TablesKept && from->Count > 0)
        {
            _tables.Push(from->Pop());
        }
    }

    /// <summary>Keeps frames ready for the page tables of the next piece, out of what the lists hold.</summary>
    private void RefillTables()
    {
        while (_open != null && _tables.Count < TablesKept && _nonEmpty != 0 && Take(0, out ulong frame))
        {
            _tables.Push(frame);
        }
    }

    private void Link(FrameExtent* extent, ulong frame, int order)
    {
        ulong address = frame << PageSize.Shift4K;
        ulong next = _free[order];
        FreeBlock* block = Block(address);
        block->Next = next;
        block->Previous = 0;
        if (next != 0)
        {
            Block(next)->Previous = address;
        }

        _free[order] = address;
        _nonEmpty |= 1U << order;
        extent->SetState(frame, (byte)(FrameExtent.Free | order), _directMap);
    }

    private void Unlink(ulong frame, int order)
    {
        FreeBlock* block = Block(frame << PageSize.Shift4K);
        if (block->Next != 0)
        {
            Block(block->Next)->Previous = block->Previous;
        }

        if (block->Previous != 0)
        {
            Block(block->Previous)->Next = block->Next;
            return;
        }

        _free[order] = block->Next;
        if (block->Next == 0)
        {
            _nonEmpty &= ~(1U << order);
        }
    }

    private readonly FreeBlock* Block(ulong address) => (FreeBlock*)(_directMap + address);

    private FrameExtent* Find(ulong frame)
    {
        if (_lastFound < _extentCount && _extents[_lastFound].Contains(frame))
        {
            return _extents + _lastFound;
        }

        for (int i = 0; i < _extentCount; i++)
        {
            if (_extents[i].Contains(frame))
            {
                _lastFound = i;
                return _extents + i;
            }
        }

        return null;
    }
}
