using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct open_how: what openat2 is asked for.</summary>
/// <remarks>Source: Linux, include/uapi/linux/openat2.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct OpenHow
{
    /// <summary>O_ constants.</summary>
    [FieldOffset(0)] public ulong Flags;

    /// <summary>Permissions of a new file.</summary>
    [FieldOffset(8)] public ulong Mode;

    /// <summary>RESOLVE_ constants.</summary>
    [FieldOffset(16)] public ulong Resolve;
}
