using System.Runtime.CompilerServices;

namespace AzaleaOS.Memory;

internal readonly unsafe partial struct PageTables
{
    /// <summary>Where <see cref="Find"/> says the level.</summary>
    internal const nuint LevelMask = 7;

    /// <summary>The entry that decides about an address: of a page of any size, or of none.</summary>
    /// <param name="address">In the application's half.</param>
    /// <param name="parent">
    /// The entry that refers to the table with it; null if that is the root. Whoever fills an empty entry adds <see cref="PageEntry.One"/>. Who
    /// empties the table's last entry goes the long way, by <see cref="Unmap"/>.
    /// </param>
    /// <returns>Its address, and its level in the lowest bits: 0 for a 4 KiB page, behind whose entry are the others of its table.</returns>
    internal nuint Find(ulong address, out ulong* parent)
    {
        // The index into the next table is in the highest nine bits.
        ulong indices = address << (64 - 9 - PageEntry.Shift(RootLevel));
        ulong* above = null;
        uint level = RootLevel;
        ulong* entry = Table(_root.Value) + (indices >> (64 - 9));
        while (IsTable(*entry))
        {
            above = entry;
            indices <<= 9;
            entry = Table(*entry) + (indices >> (64 - 9));
            if (--level == 0)
            {
                break;
            }
        }

        parent = above;
        return (nuint)entry | level;
    }

    /// <summary>Makes the tables that are missing below an empty entry.</summary>
    /// <param name="found">What <see cref="Find"/> returned; afterwards the entry of the address in the last table.</param>
    /// <param name="address">In the application's half.</param>
    /// <param name="tables">Frames for tables, as many as the level says.</param>
    /// <param name="parent">What <see cref="Find"/> gave; afterwards the entry that refers to the last table.</param>
    internal void MakeTables(ref nuint found, ulong address, FrameStash* tables, ref ulong* parent)
    {
        ulong* entry = (ulong*)(found & ~LevelMask);
        for (int level = (int)(found & LevelMask); level > 0;)
        {
            *entry = NewTable(tables);
            if (parent != null)
            {
                *parent += PageEntry.One;
            }

            parent = entry;
            level--;
            entry = Table(*entry) + PageEntry.Index(address, level);
        }

        found = (nuint)entry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsTable(ulong entry) => (entry & (PageEntry.Present | PageEntry.Large)) == PageEntry.Present;
}
