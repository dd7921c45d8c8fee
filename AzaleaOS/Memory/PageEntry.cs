using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>The bits of a page-table entry.</summary>
/// <remarks>
/// Source: SDM vol. 3A, 4.5.5, tables 4-15 to 4-20. Entries never set U/S: application and kernel are
/// both in ring 0. Accessed and dirty are set from the start, so that the processor does not have to.
/// </remarks>
internal static class PageEntry
{
    internal const ulong Present = 1 << 0;
    internal const ulong Writable = 1 << 1;
    internal const ulong WriteThrough = 1 << 3;
    internal const ulong CacheDisable = 1 << 4;
    internal const ulong Accessed = 1 << 5;
    internal const ulong Dirty = 1 << 6;

    /// <summary>In a PDPT or PD: a page and not a table.</summary>
    internal const ulong Large = 1 << 7;

    /// <summary>Ours, in an entry that is not present: a page without access that keeps its frame.</summary>
    internal const ulong Kept = 1 << 9;

    /// <summary>Ours, in an entry that is not present: the frame was not filled with zeros yet. It is when the page is touched, and stays out of reach until then.</summary>
    internal const ulong Unfilled = 1 << 8;

    /// <summary>Ours: the frame belongs to somebody else, a file, and stays when the page goes.</summary>
    internal const ulong Borrowed = 1 << 10;

    /// <summary>Ours: a borrowed page that is never writable; who writes gets a copy.</summary>
    internal const ulong CopyOnWrite = 1 << 11;

    /// <summary>The marks of both kinds.</summary>
    internal const ulong Marks = Borrowed | CopyOnWrite;

    internal const ulong NoExecute = 1UL << 63;

    /// <summary>The physical address.</summary>
    internal const ulong AddressMask = 0x000f_ffff_ffff_f000;

    /// <summary>What a page keeps when its access changes.</summary>
    internal const ulong Lasting = AddressMask | Marks | CacheDisable | WriteThrough;

    /// <summary>The entry of a page that was promised, without its address.</summary>
    internal const ulong Promised = Unfilled | Kept | NoExecute;

    /// <summary>Ours, in an entry that refers to a table: bits 52 to 61 count the table's entries in use.</summary>
    internal const int CountShift = 52;

    /// <summary>One entry in use.</summary>
    internal const ulong One = 1UL << CountShift;

    /// <summary>The count.</summary>
    internal const ulong CountMask = 0x3ffUL << CountShift;

    /// <summary>The entry of a 4 KiB page that can be read and written, without its address.</summary>
    internal const ulong Data = Present | Writable | Accessed | Dirty | NoExecute;

    /// <summary>What a reference to a table carries: the pages below decide.</summary>
    internal const ulong Table = Present | Writable | Accessed;

    private const ulong Attributes = ~AddressMask;

    /// <summary>The entry of a page without its address.</summary>
    internal static ulong Page(PageAccess access, PageCaching caching, int level)
    {
        ulong entry = access switch
        {
            PageAccess.None => Kept | NoExecute,
            _ when (access & PageAccess.Write) != 0
                => Present | Accessed | Writable | Dirty | ((access & PageAccess.Execute) == 0 ? NoExecute : 0),
            _ when (access & PageAccess.Execute) != 0 => Present | Accessed,
            _ => Present | Accessed | NoExecute,
        };
        entry |= caching is PageCaching.Uncached ? CacheDisable | WriteThrough : 0;
        return entry | (level > 0 ? Large : 0);
    }

    /// <summary>Whether it has a frame that was not filled yet. In an entry that is present the bit is the processor's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsUnfilled(ulong entry) => (entry & (Unfilled | Present)) == Unfilled;

    /// <summary>All but the address.</summary>
    internal static ulong AttributesOf(ulong entry) => entry & Attributes;

    /// <summary>Where the page or table lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong AddressOf(ulong entry) => entry & AddressMask;

    /// <summary>How many entries of the table that this entry refers to are in use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int CountOf(ulong entry) => (int)((entry & CountMask) >> CountShift);

    /// <summary>What may be done with the page.</summary>
    internal static PageAccess AccessOf(ulong entry)
    {
        if ((entry & Present) == 0)
        {
            return PageAccess.None;
        }

        PageAccess access = PageAccess.Read;
        access |= (entry & Writable) != 0 ? PageAccess.Write : 0;
        return access | ((entry & NoExecute) == 0 ? PageAccess.Execute : 0);
    }

    /// <summary>How the page is cached.</summary>
    internal static PageCaching CachingOf(ulong entry)
        => (entry & CacheDisable) != 0 ? PageCaching.Uncached : PageCaching.WriteBack;

    /// <summary>log2 of the bytes that an entry covers; level 0 is the page table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Shift(int level) => PageSize.Shift4K + (9 * level);

    /// <summary>Which entry of a table of a level covers an address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int Index(ulong address, int level) => (int)(address >> Shift(level)) & 511;
}
