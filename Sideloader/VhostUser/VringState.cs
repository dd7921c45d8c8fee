using System.Runtime.InteropServices;

namespace AzaleaOS.Sideloader.VhostUser;

/// <summary>A queue and a number: its size, its next available index, or whether it is enabled.</summary>
/// <remarks>Source: QEMU, docs/interop/vhost-user.rst, vring state description.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct VringState
{
    [FieldOffset(0)] internal uint Index;
    [FieldOffset(4)] internal uint Value;
}
