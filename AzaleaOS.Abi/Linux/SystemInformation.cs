using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct sysinfo.</summary>
/// <remarks>Source: Linux, include/uapi/linux/sysinfo.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 112)]
public unsafe struct SystemInformation
{
    /// <summary>Seconds since boot.</summary>
    [FieldOffset(0)] public long Uptime;

    /// <summary>Load of 1, 5 and 15 minutes, scaled by 65536.</summary>
    [FieldOffset(8)] public fixed ulong Loads[3];

    /// <summary>In units.</summary>
    [FieldOffset(32)] public ulong TotalMemory;

    /// <summary>In units.</summary>
    [FieldOffset(40)] public ulong FreeMemory;

    /// <summary>In units.</summary>
    [FieldOffset(48)] public ulong SharedMemory;

    /// <summary>In units.</summary>
    [FieldOffset(56)] public ulong BufferMemory;

    /// <summary>In units.</summary>
    [FieldOffset(64)] public ulong TotalSwap;

    /// <summary>In units.</summary>
    [FieldOffset(72)] public ulong FreeSwap;

    /// <summary>Threads that exist.</summary>
    [FieldOffset(80)] public ushort Processes;

    /// <summary>In units.</summary>
    [FieldOffset(88)] public ulong TotalHigh;

    /// <summary>In units.</summary>
    [FieldOffset(96)] public ulong FreeHigh;

    /// <summary>Bytes in a unit.</summary>
    [FieldOffset(104)] public uint Unit;
}
