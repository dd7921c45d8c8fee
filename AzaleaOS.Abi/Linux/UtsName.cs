using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct new_utsname: what uname fills in. Every field ends with a zero.</summary>
/// <remarks>Source: Linux, include/uapi/linux/utsname.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 390)]
public unsafe struct UtsName
{
    /// <summary>"Linux".</summary>
    [FieldOffset(0)] public fixed byte System[65];

    /// <summary>The name of the node.</summary>
    [FieldOffset(65)] public fixed byte Node[65];

    /// <summary>Version of the kernel.</summary>
    [FieldOffset(130)] public fixed byte Release[65];

    /// <summary>Build of the kernel.</summary>
    [FieldOffset(195)] public fixed byte Version[65];

    /// <summary>"x86_64".</summary>
    [FieldOffset(260)] public fixed byte Machine[65];

    /// <summary>NIS domain.</summary>
    [FieldOffset(325)] public fixed byte Domain[65];
}
