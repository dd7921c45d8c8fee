using System.Runtime.InteropServices;

namespace AzaleaOS.Sideloader.VhostUser;

/// <summary>A region of guest memory as the front end describes it; its file comes with the message.</summary>
/// <remarks>Source: QEMU, docs/interop/vhost-user.rst, memory region description.</remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct MemoryRegion
{
    internal const int Bytes = 32;

    [FieldOffset(0)] internal ulong GuestAddress;
    [FieldOffset(8)] internal ulong Length;
    [FieldOffset(16)] internal ulong FrontEndAddress;

    /// <summary>Where in the file it starts, in bytes.</summary>
    [FieldOffset(24)] internal ulong FileOffset;
}
