using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct pollfd.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/poll.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct PollDescriptor
{
    /// <summary>The descriptor; a negative one is passed over.</summary>
    [FieldOffset(0)] public int Descriptor;

    /// <summary>What is waited for.</summary>
    [FieldOffset(4)] public ushort Events;

    /// <summary>What was found.</summary>
    [FieldOffset(6)] public ushort Found;
}
