using System.Runtime.InteropServices;

namespace AzaleaOS.Sideloader.VhostUser;

/// <summary>Where a queue's rings are, in addresses of the front end.</summary>
/// <remarks>Source: QEMU, docs/interop/vhost-user.rst, vring address description.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct VringAddresses
{
    [FieldOffset(0)] internal uint Index;

    /// <summary>Bit 0: the used ring's changes are to be logged, for migration.</summary>
    [FieldOffset(4)] internal uint Flags;
    [FieldOffset(8)] internal ulong Descriptors;
    [FieldOffset(16)] internal ulong Used;
    [FieldOffset(24)] internal ulong Available;
}
