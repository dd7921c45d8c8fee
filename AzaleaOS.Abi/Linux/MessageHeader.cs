using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct msghdr.</summary>
/// <remarks>Source: Linux, include/linux/socket.h, struct user_msghdr.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 56)]
public struct MessageHeader
{
    /// <summary>Where the address is, or goes; 0 for none.</summary>
    [FieldOffset(0)] public ulong Name;

    /// <summary>Its bytes.</summary>
    [FieldOffset(8)] public int NameLength;

    /// <summary>The buffers: struct iovec.</summary>
    [FieldOffset(16)] public ulong Vector;

    /// <summary>How many.</summary>
    [FieldOffset(24)] public ulong VectorLength;

    /// <summary>Where the control messages are, or go.</summary>
    [FieldOffset(32)] public ulong Control;

    /// <summary>Their bytes.</summary>
    [FieldOffset(40)] public ulong ControlLength;

    /// <summary>What recvmsg says about the message.</summary>
    [FieldOffset(48)] public MessageFlags Flags;
}
