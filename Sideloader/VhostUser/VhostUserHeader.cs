using System.Runtime.InteropServices;

namespace AzaleaOS.Sideloader.VhostUser;

/// <summary>Starts each message; the payload follows.</summary>
/// <remarks>Source: QEMU, docs/interop/vhost-user.rst, header.</remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct VhostUserHeader
{
    internal const int Bytes = 12;

    /// <summary>The version, in bits 0 and 1 of the flags.</summary>
    internal const uint Version = 1;
    internal const uint VersionMask = 3;

    /// <summary>The message is a reply.</summary>
    internal const uint Reply = 4;

    /// <summary>The front end wants to know whether the request succeeded.</summary>
    internal const uint NeedReply = 8;

    [FieldOffset(0)] internal VhostUserRequest Request;
    [FieldOffset(4)] internal uint Flags;

    /// <summary>Bytes of the payload.</summary>
    [FieldOffset(8)] internal uint Size;
}
