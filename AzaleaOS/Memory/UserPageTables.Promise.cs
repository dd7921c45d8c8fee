using System.Numerics;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>Pages that have their frames, so that they cannot fail to come, and are filled with zeros when they are touched.</summary>
/// <remarks>Of what programs map they touch the smaller part: filling takes most of what a page costs.</remarks>
internal static unsafe partial class UserPageTables
{
    /// <summary>Pages that are filled at one touch, at most.</summary>
    private const int MostFilled = 16;

    private static bool Promise(ulong start, ulong length, Protection protection, in MemoryPolicy ofArea, out bool hadPages)
    {
        hadPages = !ofArea.IsDefault || ThreadPolicy != null;
        if (hadPages)
        {
            return Populate(start, length, protection, ofArea, 0);
        }

        ulong end = start + length;
        bool isOne = length == PageSize.Size4K;
        while (start < end)
        {
            nuint found = Find(start);
            ulong* entry = (ulong*)(found & ~PageTables.LevelMask);
            bool isSmall = (found & PageTables.LevelMask) == 0;
            if (isSmall && !isOne)
            {
                if (!TryPromise(ref start, end, entry, ref hadPages))
                {
                    return false;
                }

                continue;
            }

            if (isOne && *entry == 0)
            {
                return TryAdd(start, found, Access(protection), default);
            }

            // Whole large pages at once; else one page, with which its table comes.
            bool isLarge = PageSize.IsAligned(start, PageSize.Size2M) && end - start >= PageSize.Size2M;
            ulong next = start + (isLarge ? PageSize.AlignDown(end - start, PageSize.Size2M) : PageSize.Size4K);
            hadPages |= isLarge || *entry != 0;
            if (!Populate(found, start, next, Access(protection), default, 0))
            {
                return false;
            }

            start = next;
        }

        return true;
    }

    /// <summary>Gives the empty entries of the table used last frames that follow each other, as far as there are such.</summary>
    private static bool TryPromise(ref ulong start, ulong end, ulong* entry, ref bool hadPages)
    {
        // From so many on frames that follow each other cost less than single ones.
        const int Few = 4;
        ulong* parent = s_parent;
        ulong until = Math.Min(PageSize.AlignDown(start, PageSize.Size2M) + PageSize.Size2M, end);
        while (start < until)
        {
            if (*entry != 0)
            {
                hadPages = true;
                entry++;
                start += PageSize.Size4K;
                continue;
            }

            int empty = PageTables.CountEmpty(entry, start, until, PageSize.Shift4K);
            start += (ulong)empty << PageSize.Shift4K;
            while (empty > 0)
            {
                int order = empty < Few ? 0 : BitOperations.Log2((uint)empty);
                FrameNumber frame;
                while (!(order == 0 ? Frames.TryTake(out frame) : Frames.TryTake(order, out frame)))
                {
                    if (--order < 0)
                    {
                        return false;
                    }
                }

                int count = 1 << order;
                PageTables.FillEmpty(entry, count, frame.Address.Value | PageEntry.Promised, PageSize.Size4K);
                *parent += (ulong)count * PageEntry.One;
                s_mapped += (ulong)count << PageSize.Shift4K;
                entry += count;
                empty -= count;
            }
        }

        return true;
    }

    private static bool Fill(ulong page, ulong end, Protection protection)
    {
        ulong* entry = FindSmall(page, out _);
        if (entry == null || !PageEntry.IsUnfilled(*entry))
        {
            return false;
        }

        // As many as are in use before it: who goes through memory comes here ever more rarely.
        int index = PageEntry.Index(page, 0);
        int most = (int)Math.Min(Math.Min(MostFilled, (end - page) >> PageSize.Shift4K), (ulong)(512 - index));
        int before = 1;
        while (before < most && before <= index && (entry[-before] & PageEntry.Present) != 0)
        {
            before++;
        }

        FillPromised(entry, entry + Math.Max(before - 1, 1), PageEntry.Page(Access(protection), PageCaching.WriteBack, 0));
        return true;
    }

    /// <summary>Fills pages that were promised, up to the first that was not, or one that lies elsewhere.</summary>
    private static void FillPromised(ulong* entry, ulong* end, ulong attributes)
    {
        ulong promised = *entry;
        if (!PageEntry.IsUnfilled(promised))
        {
            return;
        }

        ulong* next = entry;
        do
        {
            next++;
            promised += PageSize.Size4K;
        }
        while (next < end && *next == promised);

        PhysicalAddress frame = new(PageEntry.AddressOf(*entry));
        PageMemory.Clear(frame.Mapped.Pointer, (ulong)(next - entry) << PageSize.Shift4K);
        for (ulong value = frame.Value | attributes; entry < next; value += PageSize.Size4K)
        {
            *entry++ = value;
        }
    }
}
