using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct rusage.</summary>
/// <remarks>Source: Linux, include/uapi/linux/resource.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 144)]
public struct ResourceUsage
{
    /// <summary>Time in the application.</summary>
    [FieldOffset(0)] public Timeval User;

    /// <summary>Time in the kernel.</summary>
    [FieldOffset(16)] public Timeval System;

    /// <summary>Largest resident set, KiB.</summary>
    [FieldOffset(32)] public long MaximumResident;

    /// <summary>Pages provided without a transfer.</summary>
    [FieldOffset(64)] public long MinorFaults;

    /// <summary>Pages provided by a transfer.</summary>
    [FieldOffset(72)] public long MajorFaults;

    /// <summary>Waits.</summary>
    [FieldOffset(128)] public long VoluntarySwitches;

    /// <summary>Preemptions.</summary>
    [FieldOffset(136)] public long InvoluntarySwitches;
}
