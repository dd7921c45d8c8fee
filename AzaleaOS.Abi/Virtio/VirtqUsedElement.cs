using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Virtio;

/// <summary>struct virtq_used_elem: a chain that the device gives back. Little-endian.</summary>
/// <remarks>The device writes it, before it advances the used index. Source: VIRTIO 1.2, 2.7.8.</remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public struct VirtqUsedElement
{
    /// <summary>Bytes of an element.</summary>
    public const int Bytes = 8;

    /// <summary>Index of the chain's first descriptor.</summary>
    [FieldOffset(0)] public uint Head;

    /// <summary>Bytes that the device wrote, from the start of the chain's writable part.</summary>
    [FieldOffset(4)] public uint Length;
}
