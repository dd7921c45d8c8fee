using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct ucred: who is at the other end of a socket.</summary>
/// <remarks>Source: Linux, include/linux/socket.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 12)]
public struct ProcessCredentials
{
    /// <summary>Process.</summary>
    [FieldOffset(0)] public int Process;

    /// <summary>User.</summary>
    [FieldOffset(4)] public uint User;

    /// <summary>Group.</summary>
    [FieldOffset(8)] public uint Group;
}
