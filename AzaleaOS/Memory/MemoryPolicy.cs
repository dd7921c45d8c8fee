namespace AzaleaOS.Memory;

/// <summary>Which NUMA nodes memory should come from: what Linux calls a memory policy.</summary>
/// <remarks>All zero: no policy, frames come from the node of the core that touches the page.</remarks>
internal struct MemoryPolicy
{
    /// <summary>MPOL_DEFAULT.</summary>
    internal const ushort Default = 0;

    /// <summary>MPOL_PREFERRED: one node first, then the others.</summary>
    internal const ushort Preferred = 1;

    /// <summary>MPOL_BIND: these nodes only.</summary>
    internal const ushort Bind = 2;

    /// <summary>MPOL_INTERLEAVE: these nodes in turns.</summary>
    internal const ushort Interleave = 3;

    /// <summary>MPOL_LOCAL: the node of the core.</summary>
    internal const ushort Local = 4;

    /// <summary>MPOL_PREFERRED_MANY: these nodes first, then the others.</summary>
    internal const ushort PreferredMany = 5;

    /// <summary>MPOL_WEIGHTED_INTERLEAVE. All weights are 1, as in Linux where the firmware says nothing of bandwidths.</summary>
    internal const ushort Weighted = 6;

    /// <summary>MPOL_F_STATIC_NODES.</summary>
    internal const ushort StaticNodes = 1 << 15;

    /// <summary>MPOL_F_RELATIVE_NODES.</summary>
    internal const ushort RelativeNodes = 1 << 14;

    /// <summary>MPOL_F_NUMA_BALANCING. Shown, otherwise without effect: pages are moved on request only.</summary>
    internal const ushort Balancing = 1 << 13;

    /// <summary>One of the constants above.</summary>
    internal ushort Mode;

    /// <summary>Flags that came with the mode, as they came.</summary>
    internal ushort Flags;

    /// <summary>The node to begin with, and 1; 0 for none: set_mempolicy_home_node.</summary>
    internal int HomePlusOne;

    /// <summary>A bit for each node.</summary>
    internal ulong Nodes;

    /// <summary>The bits as they came.</summary>
    internal ulong UserNodes;

    /// <summary>There is no policy.</summary>
    internal readonly bool IsDefault => Mode == Default;

    /// <summary>The nodes take turns.</summary>
    internal readonly bool IsInTurns => Mode is Interleave or Weighted;

    /// <summary>What is shown of the nodes are the bits that came.</summary>
    internal readonly bool IsRelativeToUser => (Flags & (StaticNodes | RelativeNodes)) != 0;

    /// <summary>Whether two are the same.</summary>
    internal readonly bool Equals(in MemoryPolicy other)
        => Mode == other.Mode && Flags == other.Flags && HomePlusOne == other.HomePlusOne && Nodes == other.Nodes && UserNodes == other.UserNodes;
}
