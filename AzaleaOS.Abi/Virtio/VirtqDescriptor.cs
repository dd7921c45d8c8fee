using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Virtio;

/// <summary>struct virtq_desc: one buffer, part of a chain. Little-endian.</summary>
/// <remarks>The driver writes it, before it makes the chain's head available. Source: VIRTIO 1.2, 2.7.5.</remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public struct VirtqDescriptor
{
    /// <summary>Bytes of a descriptor.</summary>
    public const int Bytes = 16;

    /// <summary>Guest-physical address of the buffer.</summary>
    [FieldOffset(0)] public ulong Address;

    /// <summary>Bytes of the buffer.</summary>
    [FieldOffset(8)] public uint Length;

    /// <summary>What the buffer is.</summary>
    [FieldOffset(12)] public VirtqDescriptorFlags Flags;

    /// <summary>Index of the chain's next descriptor, if <see cref="VirtqDescriptorFlags.Next"/> is set.</summary>
    [FieldOffset(14)] public ushort Next;
}
