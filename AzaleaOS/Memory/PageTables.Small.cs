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

    /// <summary>The entry of a 4 KiB page, if its table is there: for those who only look.</summary>
    /// <param name="address">The page, in the application's half.</param>
    /// <returns>The entry, and behind it the others of its table; null if there is no such table.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong* FindSmall(ulong address)
    {
        const ulong ByteIndex = (Entries - 1) * sizeof(ulong);
        ulong entry = *(ulong*)(_directMap + _root.Value + ((address >> 36) & ByteIndex));
        if (!IsTable(entry))
        {
            return null;
        }

        entry = *(ulong*)(_directMap + PageEntry.AddressOf(entry) + ((address >> 27) & ByteIndex));
        if (!IsTable(entry))
        {
            return null;
        }

        entry = *(ulong*)(_directMap + PageEntry.AddressOf(entry) + ((address >> 18) & ByteIndex));
        return IsTable(entry) ? (ulong*)(_directMap + PageEntry.AddressOf(entry) + ((address >> 9) & ByteIndex)) : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsTable(ulong entry) => (entry & (PageEntry.Present | PageEntry.Large)) == PageEntry.Present;
}
