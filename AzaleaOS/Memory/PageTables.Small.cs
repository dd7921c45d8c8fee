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

    /// <summary>The same, and makes the tables that are missing: all of them or none.</summary>
    /// <param name="address">In the application's half.</param>
    /// <param name="tables">Frames for tables: <see cref="TablesPerPage"/> are enough.</param>
    /// <param name="parent">As above.</param>
    internal nuint FindOrMake(ulong address, FrameStash* tables, out ulong* parent)
    {
        nuint found = Find(address, out parent);
        int level = (int)(found & LevelMask);
        ulong* entry = (ulong*)(found & ~LevelMask);
        if (level == 0 || *entry != 0 || tables->Count < level)
        {
            return found;
        }

        while (level > 0)
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

        return (nuint)entry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsTable(ulong entry) => (entry & (PageEntry.Present | PageEntry.Large)) == PageEntry.Present;
}
