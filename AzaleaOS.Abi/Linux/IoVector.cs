using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct iovec: one of several buffers of a transfer.</summary>
/// <remarks>Source: Linux, include/uapi/linux/uio.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct IoVector
{
    /// <summary>Address of the first byte.</summary>
    [FieldOffset(0)] public ulong Base;

    /// <summary>Bytes.</summary>
    [FieldOffset(8)] public ulong Length;
}
