namespace AzaleaOS.Cpu;

/// <summary>The error code of a page fault.</summary>
/// <remarks>Source: SDM vol. 3A, figure 4-12.</remarks>
[Flags]
internal enum PageFaultError : ulong
{
    /// <summary>Nothing is mapped there, and it was read.</summary>
    None = 0,

    /// <summary>The page is mapped but forbids this.</summary>
    Present = 1 << 0,

    /// <summary>It was written.</summary>
    Write = 1 << 1,

    /// <summary>By ring 3.</summary>
    User = 1 << 2,

    /// <summary>A reserved bit is set in a page table entry.</summary>
    ReservedBit = 1 << 3,

    /// <summary>It was executed.</summary>
    Fetch = 1 << 4,
}
