using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

internal readonly unsafe partial struct PageTables
{
    /// <summary>Moves pages to other addresses, where nothing is mapped. Frames stay; pages that are not there are skipped.</summary>
    /// <param name="at">Where to begin, and afterwards where to go on: <paramref name="end"/> when all is done.</param>
    /// <param name="end">The address after the range.</param>
    /// <param name="distance">What to add to an address to get the new one; wraps.</param>
    /// <param name="tables">Frames for tables: <see cref="TablesPerPage"/> are enough for a step.</param>
    /// <param name="batch">What is left to do. If <paramref name="at"/> is not at the end, empty it and call again.</param>
    /// <returns>None, NeedsTables (bring some and call again), AlreadyMapped, or what <see cref="Check"/> says.</returns>
    /// <remarks>
    /// A page is at no time reachable under neither address for a core that cached the old one: what such a core
    /// still writes there goes to the same frame.
    /// </remarks>
    internal PageError Move(ref VirtualAddress at, VirtualAddress end, ulong distance, FrameStash* tables, ref PageBatch batch)
    {
        PageError error = Check(at, end.Value - at.Value);
        ulong next = at.Value;
        while (next != end.Value && batch.HasRoom && error is PageError.None)
        {
            int level = Walk(next, out Path path);
            ulong size = 1UL << PageEntry.Shift(level);
            if (*path[level] == 0)
            {
                next = Math.Min(PageSize.AlignDown(next, size) + size - 1, end.Value - 1) + 1;
            }
            else if (!PageSize.IsAligned(next | distance, size) || end.Value - next < size)
            {
                error = Split(path, level, tables);
            }
            else
            {
                error = MoveOne(ref path, level, next, next + distance, tables, ref batch);
                next += error is PageError.None ? size : 0;
            }
        }

        at = new VirtualAddress(next);
        return error;
    }

    /// <summary>Puts another frame in the place of a 4 KiB page's, with another access and other marks.</summary>
    /// <param name="address">The page.</param>
    /// <param name="physical">The frame.</param>
    /// <param name="access">What may be done from now on.</param>
    /// <param name="marks"><see cref="PageEntry.Marks"/>.</param>
    /// <param name="tables">Frames for tables, if a large page must be split: two are enough.</param>
    /// <returns>None, NeedsTables, or BadRange if there is no page. The caller drops the translation.</returns>
    internal PageError Replace(VirtualAddress address, PhysicalAddress physical, PageAccess access, ulong marks, FrameStash* tables)
    {
        while (true)
        {
            int level = Walk(address.Value, out Path path);
            if (*path[level] == 0)
            {
                return PageError.BadRange;
            }

            if (level == 0)
            {
                *path[0] = physical.Value | marks | PageEntry.Page(access, PageEntry.CachingOf(*path[0]), 0);
                return PageError.None;
            }

            PageError error = Split(path, level, tables);
            if (error is not PageError.None)
            {
                return error;
            }
        }
    }

    private PageError MoveOne(ref Path from, int level, ulong address, ulong target, FrameStash* tables, ref PageBatch batch)
    {
        PageError error = Descend(target, level, tables, out ulong* parent, out ulong* to);
        if (error is not PageError.None)
        {
            return error;
        }

        if (*to != 0)
        {
            return PageError.AlreadyMapped;
        }

        *to = *from[level];
        *parent += PageEntry.One;
        ulong size = 1UL << PageEntry.Shift(level);
        _ = Remove(ref from, level, address, address + size, releases: false, ref batch);
        return PageError.None;
    }
}
