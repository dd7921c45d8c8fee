using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>What an area is for, beyond its protection.</summary>
[Flags]
internal enum AreaFlags : uint
{
    /// <summary>Anonymous memory whose frames are taken at once.</summary>
    None = 0,

    /// <summary>Frames are taken when a page is touched first.</summary>
    Lazy = 1,

    /// <summary>The heap that brk moves.</summary>
    Heap = 2,

    /// <summary>The first thread's stack.</summary>
    Stack = 4,

    /// <summary>MAP_SHARED.</summary>
    Shared = 8,

    /// <summary>Pages behind the end of the mapped file: they exist for mmap, but not for an access.</summary>
    BeyondFile = 16,

    /// <summary>The page of clock data that the vDSO reads; the kernel writes to its frame.</summary>
    Vvar = 1 << 30,

    /// <summary>The vDSO.</summary>
    Vdso = 1u << 31,

    /// <summary>What the program cannot change, as on a Linux that seals its own mappings.</summary>
    Sealed = Vvar | Vdso,
}

/// <summary>A range of the application's addresses with one protection: a VMA.</summary>
/// <remarks>
/// A node of <see cref="AreaTree"/>. Low, High and LargestGap sum up the node's subtree, so that a
/// free range is found without visiting every area.
/// </remarks>
internal unsafe struct Area
{
    /// <summary>First address, a multiple of the page size.</summary>
    internal ulong Start;

    /// <summary>The address behind the last one.</summary>
    internal ulong End;

    /// <summary>What the application may do.</summary>
    internal Protection Protection;

    /// <summary>What the area is for.</summary>
    internal AreaFlags Flags;

    /// <summary>The file whose bytes the area got, or null.</summary>
    internal void* Backing;

    /// <summary>Where in the file <see cref="Start"/> is.</summary>
    internal ulong BackingOffset;

    /// <summary>Areas below.</summary>
    internal Area* Left;

    /// <summary>Areas above.</summary>
    internal Area* Right;

    /// <summary>The lowest start in this subtree.</summary>
    internal ulong Low;

    /// <summary>The highest end in this subtree.</summary>
    internal ulong High;

    /// <summary>The largest free range between two areas of this subtree, bytes.</summary>
    internal ulong LargestGap;

    /// <summary>Heap order of the treap.</summary>
    internal uint Priority;

    /// <summary>Bytes.</summary>
    internal readonly ulong Length => End - Start;

    /// <summary>Whether this area and the one that starts at its end can be one.</summary>
    internal readonly bool IsContinuedBy(Area* next)
        => End == next->Start && Protection == next->Protection && Flags == next->Flags
            && Backing == next->Backing && (Backing == null || BackingOffset + Length == next->BackingOffset);
}
