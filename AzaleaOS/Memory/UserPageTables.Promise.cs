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
            ulong* entry = FindSmallAnew(start, out ulong* parent);
            if (entry != null && !isOne)
            {
                if (!TryPromise(ref start, end, entry, parent, ref hadPages))
                {
                    return false;
                }

                continue;
            }

            // Whole large pages at once; else one page, with which its table comes.
            bool isLarge = PageSize.IsAligned(start, PageSize.Size2M) && end - start >= PageSize.Size2M;
            ulong next = start + (isLarge ? PageSize.AlignDown(end - start, PageSize.Size2M) : PageSize.Size4K);
            hadPages |= entry != null ? *entry != 0 : isLarge || KernelMemory.Tables.TryQuery(new VirtualAddress(start), out _);
            if (!Populate(start, next - start, protection, ofArea, 0))
            {
                return false;
            }

            start = next;
        }

        return true;
    }

    /// <summary>Gives the empty entries of a table frames that follow each other, as far as there are such.</summary>
    private static bool TryPromise(ref ulong start, ulong end, ulong* entry, ulong* parent, ref bool hadPages)
    {
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

            int order = BitOperations.Log2((uint)PageTables.CountEmpty(entry, start, until, PageSize.Shift4K));
            FrameNumber frame;
            while (!(order == 0 ? Frames.TryTake(out frame) : Frames.TryTake(order, out frame)))
            {
                if (--order < 0)
                {
                    return false;
                }
            }

            int count = 1 << order;
            _ = PageTables.Fill(entry, count, frame.Address.Value | PageEntry.Unfilled | PageEntry.Page(PageAccess.None, PageCaching.WriteBack, 0), PageSize.Size4K);
            *parent += (ulong)count * PageEntry.One;
            entry += count;
            start += (ulong)count << PageSize.Shift4K;
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

        ulong* last = entry + Math.Max(before - 1, 1);
        PageAccess access = Access(protection);
        while (entry < last && TryFillOne(entry, access))
        {
            entry++;
        }

        return true;
    }

    /// <summary>Fills a page that was promised.</summary>
    /// <returns>False if the entry is of something else.</returns>
    private static bool TryFillOne(ulong* entry, PageAccess access)
    {
        ulong promised = *entry;
        if (!PageEntry.IsUnfilled(promised))
        {
            return false;
        }

        PhysicalAddress frame = new(PageEntry.AddressOf(promised));
        PageMemory.Clear(frame.Mapped.Pointer, PageSize.Size4K);
        *entry = frame.Value | PageEntry.Page(access, PageCaching.WriteBack, 0);
        return true;
    }
}
