using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>A four-level tree of page tables.</summary>
/// <remarks>
/// <para>
/// Works on tables wherever physical memory can be seen: the direct map, the entry code's identity
/// map, or an arena of a test. Frames for tables come from a <see cref="FrameStash"/> and go to a
/// <see cref="PageBatch"/>; nothing here flushes a TLB or waits for memory. An entry that refers to a
/// table counts the table's entries in use, in bits the processor ignores, so that a table is given
/// back with its last page and never searched.
/// </para>
/// <para>Callers see to it that one core at a time changes the part of the tree under one root entry.</para>
/// Source: SDM vol. 3A, 4.5 (4-level paging).
/// </remarks>
/// <param name="root">Physical address of the PML4: a frame of zeros at first.</param>
/// <param name="directMap">What to add to a physical address to read it.</param>
/// <param name="hasHugePages">Whether the processor has 1 GiB pages (CPUID 80000001h, edx bit 26).</param>
internal readonly unsafe partial struct PageTables(PhysicalAddress root, ulong directMap, bool hasHugePages)
{
    /// <summary>The most tables that mapping one page or splitting one can need.</summary>
    internal const int TablesPerPage = 3;

    private const int RootLevel = 3;
    private const int Entries = 512;

    // Entries that are looked at together where most are empty.
    private const int Step = 8;

    private readonly PhysicalAddress _root = root;
    private readonly ulong _directMap = directMap;
    private readonly bool _hasHugePages = hasHugePages;

    /// <summary>The entries on the way from the root to an address, by level.</summary>
    /// <remarks>Always on a stack. A fixed buffer would have its methods look for an overrun, which there cannot be.</remarks>
    [StructLayout(LayoutKind.Sequential, Size = (RootLevel + 1) * sizeof(ulong))]
    private struct Path
    {
        private nuint _first;

        internal ulong* this[int level]
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            readonly get => (ulong*)Unsafe.Add(ref Unsafe.AsRef(in _first), level);
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            set => Unsafe.Add(ref _first, level) = (nuint)value;
        }
    }

    /// <summary>Physical address of the PML4.</summary>
    internal PhysicalAddress Root => _root;

    /// <summary>Whether the processor has 1 GiB pages.</summary>
    internal bool HasHugePages => _hasHugePages;

    /// <summary>The same tables, seen at another place.</summary>
    internal PageTables SeenAt(ulong newDirectMap) => new(_root, newDirectMap, _hasHugePages);

    /// <summary>Whether this would be writable code of the kernel. An application may have that, as on Linux.</summary>
    private static bool IsForbidden(VirtualAddress start, PageAccess access)
        => (access & (PageAccess.Write | PageAccess.Execute)) == (PageAccess.Write | PageAccess.Execute)
        && start.Value >= MemoryMap.ApplicationEnd;

    /// <summary>Whether a range can be mapped at all.</summary>
    internal static PageError Check(VirtualAddress start, ulong length)
    {
        if (length == 0 || !PageSize.IsAligned(start.Value | length, PageSize.Size4K))
        {
            return PageError.NotAligned;
        }

        if (start.Value < PageSize.Size4K)
        {
            return PageError.PageZero;
        }

        // Both ends in the same half.
        VirtualAddress last = start + (length - 1);
        bool isCanonical = last.Value > start.Value && start.IsCanonical && last.IsCanonical
            && (long)(start.Value ^ last.Value) >= 0;
        return isCanonical ? PageError.None : PageError.BadRange;
    }

    /// <summary>Finds out what an address is mapped to.</summary>
    /// <returns>
    /// False if it is not mapped; then <see cref="PageMapping.Size"/> says how much around it is empty
    /// too. A page without access is mapped.
    /// </returns>
    internal bool TryQuery(VirtualAddress address, out PageMapping mapping)
    {
        mapping = default;
        if (!address.IsCanonical)
        {
            return false;
        }

        int level = Walk(address.Value, out Path path);
        ulong entry = *path[level];
        mapping.Size = 1UL << PageEntry.Shift(level);
        if (entry == 0)
        {
            return false;
        }

        mapping.Physical = new PhysicalAddress(PageEntry.AddressOf(entry) + (address.Value & (mapping.Size - 1)));
        mapping.Access = PageEntry.AccessOf(entry);
        mapping.Caching = PageEntry.CachingOf(entry);
        mapping.Marks = entry & PageEntry.Marks;
        return true;
    }

    /// <summary>Gives an address's root entry a table that stays, whatever is mapped and unmapped below it.</summary>
    /// <returns>False if there is no frame for it.</returns>
    internal bool TryPin(ulong address, FrameStash* tables)
    {
        ulong* entry = Table(_root.Value) + PageEntry.Index(address, RootLevel);
        if (*entry == 0)
        {
            if (tables->Count == 0)
            {
                return false;
            }

            *entry = NewTable(tables);
        }

        *entry += PageEntry.One;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ulong* Table(ulong entry) => (ulong*)(_directMap + PageEntry.AddressOf(entry));

    /// <summary>Goes down to the entry that is empty or a page.</summary>
    /// <returns>Its level.</returns>
    private int Walk(ulong address, out Path path)
    {
        path = default;
        ulong* table = Table(_root.Value);
        for (int level = RootLevel; ; level--)
        {
            ulong* entry = table + PageEntry.Index(address, level);
            path[level] = entry;
            if (level == 0 || *entry == 0 || (*entry & PageEntry.Large) != 0)
            {
                return level;
            }

            table = Table(*entry);
        }
    }

    private ulong NewTable(FrameStash* tables)
    {
        ulong address = tables->Pop(out bool isZeroed) << PageSize.Shift4K;
        if (!isZeroed)
        {
            PageMemory.Clear((void*)(_directMap + address), PageSize.Size4K);
        }

        return address | PageEntry.Table;
    }

    /// <summary>Puts a table of smaller pages where one large page was.</summary>
    private PageError Split(in Path path, int level, FrameStash* tables)
    {
        if (tables->Count == 0)
        {
            return PageError.NeedsTables;
        }

        ulong large = *path[level];
        ulong small = level > 1 ? large : large & ~PageEntry.Large;
        ulong step = 1UL << PageEntry.Shift(level - 1);
        ulong table = (tables->Pop() << PageSize.Shift4K) | PageEntry.Table;
        ulong* entries = Table(table);
        for (int i = 0; i < Entries; i++)
        {
            entries[i] = small;
            small += step;
        }

        *path[level] = table | (Entries * PageEntry.One);
        return PageError.None;
    }

    /// <summary>Counts entries of the table that holds the entry of a level.</summary>
    private static void AddToCount(in Path path, int level, ulong entries)
    {
        if (level < RootLevel)
        {
            *path[level + 1] += entries * PageEntry.One;
        }
    }
}
