using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct timespec: a point in time or a span.</summary>
/// <remarks>Source: Linux, include/uapi/linux/time.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct Timespec
{
    /// <summary>Whole seconds.</summary>
    [FieldOffset(0)] public long Seconds;

    /// <summary>0 to 999,999,999.</summary>
    [FieldOffset(8)] public long Nanoseconds;
}
