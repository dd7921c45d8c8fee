using System.Runtime.CompilerServices;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Memory;

/// <summary>A range of the application's addresses with one protection: a VMA.</summary>
/// <remarks>
/// A node of <see cref="AreaTree"/>. LargestGap sums up the node's subtree, so that a free range is found without
/// visiting every area.
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

    /// <summary>The file that is mapped, or null.</summary>
    internal void* Backing;

    /// <summary>Where in the file <see cref="Start"/> is.</summary>
    internal ulong BackingOffset;

    /// <summary>Where its frames come from: mbind.</summary>
    internal MemoryPolicy Policy;

    /// <summary>The next area below, or null.</summary>
    internal Area* Previous;

    /// <summary>The next area above, or null.</summary>
    internal Area* Next;

    /// <summary>The subtree of areas below.</summary>
    internal Area* Left;

    /// <summary>The subtree of areas above.</summary>
    internal Area* Right;

    /// <summary>
    /// No area of this subtree has more room below it, bytes. Not less than a child says; more than there is where room was taken since, until a search
    /// finds that out.
    /// </summary>
    internal ulong LargestGap;

    /// <summary>Heap order of the treap.</summary>
    internal uint Priority;

    /// <summary>Bytes.</summary>
    internal readonly ulong Length => End - Start;

    /// <summary>Bytes between the next area below, or address 0, and this one.</summary>
    internal readonly ulong Gap
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Start - (Previous == null ? 0 : Previous->End);
    }

    /// <summary>MAP_SHARED.</summary>
    internal readonly bool IsShared => (Flags & AreaFlags.Shared) != 0;

    /// <summary>A shared mapping of a file that is or may become writable.</summary>
    internal readonly bool WritesFile => IsShared && (Flags & AreaFlags.NeverWritable) == 0;

    /// <summary>Bytes of the pages it consists of: larger ones for MAP_HUGETLB.</summary>
    internal readonly ulong Unit => AddressSpace.PageSize << HugeOrder;

    /// <summary>log2 of the 4 KiB pages in each of its pages.</summary>
    internal readonly int HugeOrder
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (Flags & AreaFlags.Huge) == 0 ? 0 : (Flags & AreaFlags.Huge1G) != 0 ? 18 : 9;
    }

    /// <summary>Whether this area and the one that starts at its end can be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly bool IsContinuedBy(Area* next)
        => End == next->Start && IsLike(next);

    private readonly bool IsLike(Area* next)
        => Protection == next->Protection && Flags == next->Flags
            && Backing == next->Backing && ((Backing == null && (Flags & AreaFlags.Program) == 0) || BackingOffset + Length == next->BackingOffset)
            && Policy.Equals(next->Policy);
}
