using System.Runtime.Intrinsics;
using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

internal readonly unsafe partial struct PageTables
{
    /// <summary>Maps a range to frames that follow each other, with the largest pages that fit.</summary>
    /// <param name="start">First address; a multiple of 4 KiB.</param>
    /// <param name="physical">First physical address; a multiple of 4 KiB.</param>
    /// <param name="length">Bytes; a multiple of 4 KiB.</param>
    /// <param name="access">What may be done with the pages.</param>
    /// <param name="caching">How they are cached.</param>
    /// <param name="tables">Frames for tables.</param>
    /// <param name="mapped">
    /// Bytes from the start that are mapped now: all, or, on AlreadyMapped and NeedsTables, those
    /// before the page in question. After NeedsTables go on from there with
    /// <see cref="TablesPerPage"/> frames or more.
    /// </param>
    /// <remarks>No translation has to be dropped: the processor keeps none of pages that were not there.</remarks>
    internal PageError Map(VirtualAddress start, PhysicalAddress physical, ulong length, PageAccess access, PageCaching caching, FrameStash* tables, out ulong mapped)
        => Map(start, physical, length, access, caching, 0, tables, out mapped);

    /// <summary>The same, and the pages carry marks.</summary>
    /// <param name="start">First address; a multiple of 4 KiB.</param>
    /// <param name="physical">First physical address; a multiple of 4 KiB.</param>
    /// <param name="length">Bytes; a multiple of 4 KiB.</param>
    /// <param name="access">What may be done with the pages.</param>
    /// <param name="caching">How they are cached.</param>
    /// <param name="marks"><see cref="PageEntry.Marks"/>.</param>
    /// <param name="tables">Frames for tables.</param>
    /// <param name="mapped">Bytes from the start that are mapped now.</param>
    internal PageError Map(VirtualAddress start, PhysicalAddress physical, ulong length, PageAccess access, PageCaching caching, ulong marks, FrameStash* tables, out ulong mapped)
    {
        mapped = 0;
        PageError error = Check(start, length);
        if (error is not PageError.None)
        {
            return error;
        }

        if (IsForbidden(start, access))
        {
            return PageError.WriteAndExecute;
        }

        if (!PageSize.IsAligned(physical.Value, PageSize.Size4K))
        {
            return PageError.NotAligned;
        }

        const ulong PhysicalEnd = 1UL << 52;
        if (physical.Value >= PhysicalEnd || length > PhysicalEnd - physical.Value)
        {
            return PageError.BadRange;
        }

        while (mapped < length)
        {
            ulong at = start.Value + mapped;
            ulong frame = physical.Value + mapped;
            int level = LargestPage(at | frame, length - mapped);
            error = Descend(at, level, tables, out ulong* parent, out ulong* entry);
            if (error is not PageError.None)
            {
                return error;
            }

            int shift = PageEntry.Shift(level);
            int room = (int)Math.Min((ulong)(Entries - PageEntry.Index(at, level)), (length - mapped) >> shift);
            ulong first = frame | marks | PageEntry.Page(access, caching, level);
            int filled;
            if (PageEntry.CountOf(*parent) == 0)
            {
                filled = room;
                FillEmpty(entry, room, first, 1UL << shift);
            }
            else
            {
                filled = Fill(entry, room, first, 1UL << shift);
            }

            *parent += (ulong)filled * PageEntry.One;
            mapped += (ulong)filled << shift;
            if (filled < room)
            {
                return PageError.AlreadyMapped;
            }
        }

        return PageError.None;
    }

    private int LargestPage(ulong alignment, ulong length)
    {
        if (_hasHugePages && length >= PageSize.Size1G && PageSize.IsAligned(alignment, PageSize.Size1G))
        {
            return 2;
        }

        return length >= PageSize.Size2M && PageSize.IsAligned(alignment, PageSize.Size2M) ? 1 : 0;
    }

    /// <summary>Fills entries that are all empty.</summary>
    internal static void FillEmpty(ulong* entries, int count, ulong value, ulong step)
    {
        ulong* end = entries + count;
        Vector128<ulong> values = Vector128.Create(value, value + step);
        Vector128<ulong> twice = Vector128.Create(2 * step);
        for (; entries + 8 <= end; entries += 8)
        {
            values.Store(entries);
            values += twice;
            values.Store(entries + 2);
            values += twice;
            values.Store(entries + 4);
            values += twice;
            values.Store(entries + 6);
            values += twice;
        }

        for (value = values.ToScalar(); entries != end; value += step)
        {
            *entries++ = value;
        }
    }

    /// <summary>Fills empty entries up to the first that is not.</summary>
    internal static int Fill(ulong* entries, int count, ulong value, ulong step)
    {
        int empty = CountEmpty(entries, count);
        FillEmpty(entries, empty, value, step);
        return empty;
    }

    /// <summary>Goes down to the table of a level below the root's, and makes tables where there are none: all of them or none.</summary>
    /// <param name="address">The address.</param>
    /// <param name="to">The level.</param>
    /// <param name="tables">Frames for tables.</param>
    /// <param name="parent">The entry that refers to the table: it counts the entries in use.</param>
    /// <param name="entry">The address's entry in the table.</param>
    private PageError Descend(ulong address, int to, FrameStash* tables, out ulong* parent, out ulong* entry)
    {
        ulong* above = null;
        ulong* at = Table(_root.Value) + PageEntry.Index(address, RootLevel);
        PageError error = PageError.None;
        for (int level = RootLevel; level > to; level--)
        {
            ulong value = *at;
            if (value == 0)
            {
                if (tables->Count < level - to)
                {
                    error = PageError.NeedsTables;
                    break;
                }

                value = NewTable(tables);
                *at = value;
                if (level < RootLevel)
                {
                    *above += PageEntry.One;
                }
            }
            else if ((value & PageEntry.Large) != 0)
            {
                error = PageError.AlreadyMapped;
                break;
            }

            above = at;
            at = Table(value) + PageEntry.Index(address, level - 1);
        }

        parent = above;
        entry = at;
        return error;
    }
}
