using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

internal readonly unsafe partial struct PageTables
{
    /// <summary>
    /// Changes what may be done with pages. Pages that are not there are skipped; large pages that lie
    /// half outside are split; a table whose 512 pages were all changed becomes one large page again
    /// if they follow each other.
    /// </summary>
    /// <param name="at">Where to begin, and afterwards where to go on: <paramref name="end"/> when all is done.</param>
    /// <param name="end">The address after the range.</param>
    /// <param name="access">What may be done from now on.</param>
    /// <param name="tables">Frames for tables, for splits: one is enough.</param>
    /// <param name="batch">What is left to do. If <paramref name="at"/> is not at the end, empty it and call again.</param>
    /// <returns>None, WriteAndExecute, NeedsTables (bring one and call again), or what <see cref="Check"/> says.</returns>
    internal PageError Protect(ref VirtualAddress at, VirtualAddress end, PageAccess access, FrameStash* tables, ref PageBatch batch)
    {
        PageError error = Check(at, end.Value - at.Value);
        if (error is not PageError.None)
        {
            return error;
        }

        if (IsForbidden(at, access))
        {
            return PageError.WriteAndExecute;
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
                next = Change(path, level, next, end.Value, access, ref batch);
            }
        }

        at = new VirtualAddress(next);
        return error;
    }

    /// <summary>Changes a whole page and those after it in the same table.</summary>
    /// <returns>The address after the last.</returns>
    private ulong Change(in Path path, int level, ulong next, ulong end, PageAccess access, ref PageBatch batch)
    {
        ulong size = 1UL << PageEntry.Shift(level);
        ulong first = next;
        ulong* entry = path[level];
        ulong attributes = PageEntry.Page(access, PageCaching.WriteBack, level);
        ulong ofLent = PageEntry.Page(access & ~PageAccess.Write, PageCaching.WriteBack, level);
        ulong changedFirst = 0;
        ulong changedEnd = 0;
        do
        {
            ulong old = *entry;
            if (old != 0)
            {
                if (level > 0 && (old & PageEntry.Large) == 0)
                {
                    break;
                }

                // One that is not filled gets its access when it is.
                ulong changed = PageEntry.IsUnfilled(old) ? old
                    : (old & PageEntry.Lasting) | ((old & PageEntry.CopyOnWrite) != 0 ? ofLent : attributes);
                if (changed != old)
                {
                    *entry = changed;
                    changedFirst = changedEnd == 0 ? next : changedFirst;
                    changedEnd = next + size;
                }
            }

            entry++;
            next += size;
        }
        while (end - next >= size && PageEntry.Index(next, level) != 0);

        if (changedEnd != 0)
        {
            batch.Flush.Add(changedFirst, changedEnd - changedFirst);
        }

        if (next - first == size * Entries && (level == 0 || _hasHugePages))
        {
            Merge(path, level, first, ref batch);
        }

        return next;
    }

    /// <summary>Puts one large page where a full table of pages was, if they follow each other and are alike.</summary>
    private void Merge(in Path path, int level, ulong address, ref PageBatch batch)
    {
        if (level > 1)
        {
            return;
        }

        ulong* parent = path[level + 1];
        ulong* entries = Table(*parent);
        ulong size = 1UL << PageEntry.Shift(level);
        ulong expected = entries[0];
        if (PageEntry.CountOf(*parent) != Entries || PageEntry.IsUnfilled(expected) || !PageSize.IsAligned(PageEntry.AddressOf(expected), size * Entries))
        {
            return;
        }

        for (int i = 1; i < Entries; i++)
        {
            expected += size;
            if (entries[i] != expected)
            {
                return;
            }
        }

        ulong large = entries[0] | PageEntry.Large;
        batch.Add(PageEntry.AddressOf(*parent), 0);
        batch.Flush.Add(address, size * Entries);
        *parent = large;
    }
}
