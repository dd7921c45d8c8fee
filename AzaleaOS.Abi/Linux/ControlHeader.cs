using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct cmsghdr: a control message; its data follow.</summary>
/// <remarks>Source: Linux, include/linux/socket.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct ControlHeader
{
    /// <summary>SOL_SOCKET, the level of those below.</summary>
    public const int SocketLevel = 1;

    /// <summary>SCM_RIGHTS: descriptors.</summary>
    public const int Rights = 1;

    /// <summary>SCM_CREDENTIALS: struct ucred.</summary>
    public const int Credentials = 2;

    /// <summary>Bytes of header and data.</summary>
    [FieldOffset(0)] public ulong Length;

    /// <summary>Whose it is.</summary>
    [FieldOffset(8)] public int Level;

    /// <summary>What it is.</summary>
    [FieldOffset(12)] public int Type;
}
