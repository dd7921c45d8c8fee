using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

internal readonly unsafe partial struct PageTables
{
    /// <summary>Takes pages away. Pages that are not there are skipped; large pages that lie half outside are split.</summary>
    /// <param name="at">Where to begin, and afterwards where to go on: <paramref name="end"/> when all is done.</param>
    /// <param name="end">The address after the range.</param>
    /// <param name="releases">Whether the pages' frames go to the batch, except borrowed ones. Tables' frames always do.</param>
    /// <param name="tables">Frames for tables, for splits: one is enough.</param>
    /// <param name="batch">What is left to do. If <paramref name="at"/> is not at the end, empty it and call again.</param>
    /// <returns>None, NeedsTables (bring one and call again), or what <see cref="Check"/> says.</returns>
    internal PageError Unmap(ref VirtualAddress at, VirtualAddress end, bool releases, FrameStash* tables, ref PageBatch batch)
    {
        PageError error = Check(at, end.Value - at.Value);
        if (error is not PageError.None)
        {
            return error;
        }

        ulong next = at.Value;
        while (next != end.Value && batch.HasRoom && error is PageError.None)
        {
            int level = Walk(next, out Path path);
            ulong size = 1UL << PageEntry.Shift(level);
            if (level == 0 && *path[0] == 0)
            {
                next += (ulong)CountEmpty(path[0], next, end.Value, PageSize.Shift4K) << PageSize.Shift4K;
            }
            else if (*path[level] == 0)
            {
                next = Math.Min(PageSize.AlignDown(next, size) + size - 1, end.Value - 1) + 1;
            }
            else if (!PageSize.IsAligned(next, size) || end.Value - next < size)
            {
                error = Split(path, level, tables);
            }
            else
            {
                next = Remove(ref path, level, next, end.Value, releases, ref batch);
            }
        }

        at = new VirtualAddress(next);
        return error;
    }

    /// <summary>Removes a whole page and those after it in the same table.</summary>
    /// <returns>The address after the last.</returns>
    private static ulong Remove(ref Path path, int level, ulong next, ulong end, bool releases, ref PageBatch batch)
    {
        int shift = PageEntry.Shift(level);
        ulong size = 1UL << shift;
        ulong* entry = path[level];
        ulong removed = 0;
        do
        {
            if (*entry == 0)
            {
                int empty = CountEmpty(entry, next, end, shift);
                entry += empty;
                next += (ulong)empty << shift;
                continue;
            }

            if (level > 0 && (*entry & PageEntry.Large) == 0)
            {
                break;
            }

            if (releases && (*entry & PageEntry.Borrowed) == 0)
            {
                batch.Add(PageEntry.AddressOf(*entry), shift - PageSize.Shift4K);
            }

            *entry = 0;
            batch.Flush.Add(next, size);
            removed++;
            entry++;
            next += size;
        }
        while (end - next >= size && PageEntry.Index(next, level) != 0 && batch.HasRoom);

        batch.Removed += removed << shift;

        // A table without entries goes, and with it the entry that referred to it.
        for (int above = level + 1; above <= RootLevel; above++)
        {
            ulong* parent = path[above];
            *parent -= removed * PageEntry.One;
            if (PageEntry.CountOf(*parent) > 0)
            {
                break;
            }

            batch.AddEmptyTable(PageEntry.AddressOf(*parent));
            *parent = 0;
            removed = 1;
        }

        return next;
    }

    /// <summary>How many entries of a table are empty from one on, within a range. At least the one is whole in it.</summary>
    internal static int CountEmpty(ulong* entry, ulong address, ulong end, int shift)
    {
        int most = (int)Math.Min((ulong)(Entries - ((int)(address >> shift) & (Entries - 1))), (end - address) >> shift);
        return CountEmpty(entry, most);
    }

    private static int CountEmpty(ulong* entry, int most)
    {
        // A thread's stack is a table of which two pages are there: what is empty is most of it.
        ulong* at = entry;
        ulong* behind = entry + most;
        while (at + Step <= behind && (at[0] | at[1] | at[2] | at[3] | at[4] | at[5] | at[6] | at[7]) == 0)
        {
            at += Step;
        }

        while (at < behind && *at == 0)
        {
            at++;
        }

        return (int)(at - entry);
    }
}
