using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct tms, in clock ticks of 10 ms.</summary>
/// <remarks>Source: Linux, include/uapi/linux/times.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct ProcessTimes
{
    /// <summary>Time in the application.</summary>
    [FieldOffset(0)] public long User;

    /// <summary>Time in the kernel.</summary>
    [FieldOffset(8)] public long System;

    /// <summary>Of children that were waited for.</summary>
    [FieldOffset(16)] public long ChildrenUser;

    /// <summary>Of children that were waited for.</summary>
    [FieldOffset(24)] public long ChildrenSystem;
}
