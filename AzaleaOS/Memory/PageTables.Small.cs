using System.Runtime.CompilerServices;

namespace AzaleaOS.Memory;

internal readonly unsafe partial struct PageTables
{
    /// <summary>The entry of a 4 KiB page, if its table is there: the short way for what happens most often.</summary>
    /// <param name="address">The page.</param>
    /// <param name="parent">
    /// The entry that refers to the table: whoever fills an empty entry adds <see cref="PageEntry.One"/>. Who
    /// empties the table's last entry goes the long way, by <see cref="Unmap"/>.
    /// </param>
    /// <returns>The entry, and behind it the others of its table; null if there is no such table.</returns>
    internal ulong* FindSmall(ulong address, out ulong* parent)
    {
        parent = Table(_root.Value) + PageEntry.Index(address, 3);
        if (!IsTable(*parent))
        {
            return null;
        }

        parent = Table(*parent) + PageEntry.Index(address, 2);
        if (!IsTable(*parent))
        {
            return null;
        }

        parent = Table(*parent) + PageEntry.Index(address, 1);
        return IsTable(*parent) ? Table(*parent) + PageEntry.Index(address, 0) : null;
    }

    /// <summary>Where <see cref="Find"/> says the level.</summary>
    internal const nuint LevelMask = 7;

    /// <summary>The entry that decides about an address: of a page of any size, or of none.</summary>
    /// <param name="address">In the application's half.</param>
    /// <param name="parent">As of <see cref="FindSmall"/>, if the level is 0.</param>
    /// <returns>Its address, and its level in the lowest bits: 0 for a 4 KiB page, behind whose entry are the others of its table.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal nuint Find(ulong address, out ulong* parent)
    {
        const ulong ByteIndex = (Entries - 1) * sizeof(ulong);
        parent = null;
        ulong* entry = (ulong*)(_directMap + _root.Value + ((address >> 36) & ByteIndex));
        ulong value = *entry;
        if (!IsTable(value))
        {
            return (nuint)entry | 3;
        }

        entry = (ulong*)(_directMap + PageEntry.AddressOf(value) + ((address >> 27) & ByteIndex));
        value = *entry;
        if (!IsTable(value))
        {
            return (nuint)entry | 2;
        }

        entry = (ulong*)(_directMap + PageEntry.AddressOf(value) + ((address >> 18) & ByteIndex));
        value = *entry;
        if (!IsTable(value))
        {
            return (nuint)entry | 1;
        }

        parent = entry;
        return (nuint)(_directMap + PageEntry.AddressOf(value) + ((address >> 9) & ByteIndex));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsTable(ulong entry) => (entry & (PageEntry.Present | PageEntry.Large)) == PageEntry.Present;
}
