using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct itimerspec.</summary>
/// <remarks>Source: Linux, include/uapi/linux/time.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct TimerSetting
{
    /// <summary>it_interval: the time from one expiry to the next; 0: once.</summary>
    [FieldOffset(0)] public Timespec Interval;

    /// <summary>it_value: the time to the next expiry; 0: stopped.</summary>
    [FieldOffset(16)] public Timespec Value;
}
