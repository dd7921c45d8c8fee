using System.Runtime.InteropServices;

namespace AzaleaOS.Syscalls;

/// <summary>struct sched_attr of sched_setattr and sched_getattr.</summary>
/// <remarks>Source: Linux, include/uapi/linux/sched/types.h.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct SchedulingAttributes
{
    /// <summary>Bytes of the first version, which had no utilisation.</summary>
    internal const uint SmallestSize = 48;

    /// <summary>Bytes.</summary>
    internal uint Size;

    /// <summary>SCHED_ policy.</summary>
    internal int Policy;

    /// <summary>SCHED_FLAG_ bits.</summary>
    internal ulong Flags;

    /// <summary>Nice value.</summary>
    internal int Nice;

    /// <summary>Priority, for SCHED_FIFO and SCHED_RR.</summary>
    internal int Priority;

    /// <summary>Nanoseconds: the slice, or what a SCHED_DEADLINE thread may use.</summary>
    internal ulong Runtime;

    /// <summary>Nanoseconds, for SCHED_DEADLINE.</summary>
    internal ulong Deadline;

    /// <summary>Nanoseconds, for SCHED_DEADLINE.</summary>
    internal ulong Period;

    /// <summary>Least utilisation that is assumed, of 1024.</summary>
    internal uint LeastUtilization;

    /// <summary>Largest utilisation that is assumed, of 1024.</summary>
    internal uint MostUtilization;
}
