using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct statx_timestamp.</summary>
/// <remarks>Source: Linux, include/uapi/linux/stat.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct StatxTimestamp
{
    /// <summary>Whole seconds.</summary>
    [FieldOffset(0)] public long Seconds;

    /// <summary>0 to 999,999,999.</summary>
    [FieldOffset(8)] public uint Nanoseconds;
}
