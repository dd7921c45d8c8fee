namespace AzaleaOS.Abi;

/// <summary>A range of physical memory of one kind on one NUMA node.</summary>
public struct MemoryRange
{
    /// <summary>The first byte.</summary>
    public PhysicalAddress Start;

    /// <summary>Bytes.</summary>
    public ulong Length;

    /// <summary>What it is for.</summary>
    public MemoryKind Kind;

    /// <summary>NUMA node, as an index from 0.</summary>
    public uint Node;

    /// <summary>The first address after the range.</summary>
    public readonly ulong End => Start.Value + Length;

    /// <summary>Whether it is RAM that the kernel may read through the direct map.</summary>
    public readonly bool IsRam => Kind is >= MemoryKind.Usable and <= MemoryKind.AcpiReclaimable;
}
