namespace AzaleaOS.Abi.Virtio;

/// <summary>VIRTQ_DESC_F_ constants.</summary>
/// <remarks>Source: VIRTIO 1.2, 2.7.5.</remarks>
[Flags]
public enum VirtqDescriptorFlags : ushort
{
    /// <summary>A buffer that the device reads, the last of its chain.</summary>
    None = 0,

    /// <summary>The chain goes on at <see cref="VirtqDescriptor.Next"/>.</summary>
    Next = 1,

    /// <summary>The device writes the buffer; without it, the device reads it.</summary>
    Write = 2,

    /// <summary>The buffer is a table of descriptors: the rest of the chain.</summary>
    Indirect = 4,
}
