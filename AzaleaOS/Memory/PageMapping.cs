using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>What the page tables say about one address.</summary>
internal struct PageMapping
{
    /// <summary>The physical address that the address stands for.</summary>
    internal PhysicalAddress Physical;

    /// <summary>Size of the page, or of the empty place, in bytes.</summary>
    internal ulong Size;

    /// <summary>What may be done.</summary>
    internal PageAccess Access;

    /// <summary>How it is cached.</summary>
    internal PageCaching Caching;

    /// <summary>Whether the frame is somebody else's: <see cref="PageEntry.Marks"/>.</summary>
    internal ulong Marks;
}
