namespace AzaleaOS.Sideloader.Rings;

/// <summary>A rule of VIRTIO 1.2 that a driver broke.</summary>
public enum RingRule
{
    /// <summary>None was broken.</summary>
    None,

    /// <summary>The available index is at most the queue's size ahead (2.7.13).</summary>
    AvailableIndex,

    /// <summary>The head in the available ring is an index of the descriptor table (2.7.6).</summary>
    Head,

    /// <summary>A chain's next is an index of its table (2.7.5).</summary>
    Next,

    /// <summary>A chain has no loop and is not longer than the queue (2.7.5.3.1), or than this device's limit.</summary>
    ChainLength,

    /// <summary>A chain has no more than 2^32 bytes in all (2.7.5.1).</summary>
    ChainBytes,

    /// <summary>What the device reads comes before what it writes (2.7.4.2).</summary>
    Order,

    /// <summary>A buffer lies in the guest's memory (2.7.5).</summary>
    Memory,

    /// <summary>Indirect tables are used only after VIRTIO_F_INDIRECT_DESC was agreed on (2.7.5.3.1).</summary>
    IndirectNotNegotiated,

    /// <summary>An indirect table holds no indirect descriptor (2.7.5.3.1).</summary>
    IndirectInIndirect,

    /// <summary>A descriptor is not both indirect and followed by another (2.7.5.3.1).</summary>
    IndirectWithNext,

    /// <summary>An indirect table holds a whole number of descriptors, at least one, in the guest's memory (2.7.5.3).</summary>
    IndirectTable,

    /// <summary>Strict mode: a descriptor has no flags that the standard does not know (2.7.5).</summary>
    UnknownFlags,

    /// <summary>Strict mode: a descriptor is in one chain at a time (2.7.13.1).</summary>
    InFlight,

    /// <summary>Strict mode: the available ring's flags are 0 with VIRTIO_F_EVENT_IDX, else 0 or 1 (2.7.7.1).</summary>
    AvailableFlags,
}
