using System.Runtime.Intrinsics;
using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

internal readonly unsafe partial struct PageTables
{
    /// <summary>Bytes of a range that are mapped, whatever the access. A table that lies in it whole is not read: it is counted.</summary>
    /// <param name="start">A multiple of 4 KiB.</param>
    /// <param name="end">Another, in the same half.</param>
    internal ulong CountMapped(ulong start, ulong end)
    {
        ulong sum = 0;
        while (start < end)
        {
            int level = Walk(start, out Path path);
            ulong* entry = path[level];
            if (level == 0 && start % PageSize.Size2M == 0 && end - start >= PageSize.Size2M)
            {
                sum += (ulong)PageEntry.CountOf(*path[1]) << PageSize.Shift4K;
                start += PageSize.Size2M;
                continue;
            }

            if (*entry == 0)
            {
                // A reservation is a table with little in it.
                int shift = PageEntry.Shift(level);
                ulong behind = Math.Min(end - 1, (start | ((1UL << shift) - 1))) + 1;
                bool isMore = end - behind >= 1UL << shift && PageEntry.Index(behind, level) != 0;
                start = behind + (isMore ? (ulong)CountEmpty(entry + 1, behind, end, shift) << shift : 0);
                continue;
            }

            ulong last = start | ((1UL << PageEntry.Shift(Math.Max(level, 1))) - 1);
            ulong next = Math.Min(end - 1, last) + 1;
            if (level > 0)
            {
                sum += next - start;
            }
            else
            {
                ulong* behind = entry + ((next - start) >> PageSize.Shift4K);
                Vector128<ulong> empty = Vector128<ulong>.Zero; // minus one for each
                ulong* first = entry;
                for (; entry + 4 <= behind; entry += 4)
                {
                    empty += Vector128.Equals(Vector128.Load(entry), Vector128<ulong>.Zero);
                    empty += Vector128.Equals(Vector128.Load(entry + 2), Vector128<ulong>.Zero);
                }

                sum += ((ulong)(entry - first) + empty.GetElement(0) + empty.GetElement(1)) << PageSize.Shift4K;
                while (entry != behind)
                {
                    sum += *entry++ == 0 ? 0 : PageSize.Size4K;
                }
            }

            start = next;
        }

        return sum;
    }

    /// <summary>Bytes of the application's half that are mapped, whatever the access.</summary>
    internal ulong CountMapped() => CountIn(Table(_root.Value), Entries / 2, RootLevel, Entries);

    // What is mapped by entries of a table. How many are in use is known, or one too many of a pinned table, or not at all.
    private ulong CountIn(ulong* table, int entries, int level, int left)
    {
        const int AtOnce = 16;
        ulong sum = 0;
        int rounds = entries / AtOnce;
        for (int round = 0; left > 0 && round < rounds; round++)
        {
            // From both ends: programs are at the bottom, stacks and what is mapped at the top.
            ulong* at = table + (AtOnce * ((round & 1) == 0 ? round / 2 : rounds - 1 - (round / 2)));

            if ((Pair(at) | Pair(at + 2) | Pair(at + 4) | Pair(at + 6) | Pair(at + 8) | Pair(at + 10) | Pair(at + 12) | Pair(at + 14)) == Vector128<ulong>.Zero)
            {
                continue;
            }

            for (int i = 0; i < AtOnce; i++)
            {
                ulong entry = at[i];
                if (entry != 0)
                {
                    int count = PageEntry.CountOf(entry);
                    sum += (entry & PageEntry.Large) != 0 ? 1UL << PageEntry.Shift(level)
                        : level == 1 ? (ulong)count << PageSize.Shift4K
                        : CountIn(Table(entry), Entries, level - 1, count);
                    left--;
                }
            }
        }

        return sum;
    }

    private static Vector128<ulong> Pair(ulong* at) => Vector128.LoadAligned(at);
}
