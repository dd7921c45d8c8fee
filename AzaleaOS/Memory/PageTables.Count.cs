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
}
