using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct rlimit64.</summary>
/// <remarks>Source: Linux, include/uapi/linux/resource.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct ResourceLimit
{
    /// <summary>What is enforced.</summary>
    [FieldOffset(0)] public ulong Current;

    /// <summary>What it may be raised to.</summary>
    [FieldOffset(8)] public ulong Maximum;
}
