using System.Runtime.CompilerServices;

namespace AzaleaOS.Memory;

internal readonly unsafe partial struct PageTables
{
    /// <summary>Where <see cref="Find"/> says the level.</summary>
    internal const nuint LevelMask = 7;

    /// <summary>The entry that decides about an address: of a page of any size, or of none.</summary>
    /// <param name="address">In the application's half.</param>
    /// <param name="parent">
    /// If the level is 0, the entry that refers to the table: whoever fills an empty entry adds <see cref="PageEntry.One"/>. Who
    /// empties the table's last entry goes the long way, by <see cref="Unmap"/>.
    /// </param>
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
