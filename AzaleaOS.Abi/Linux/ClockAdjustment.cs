using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct timex.</summary>
/// <remarks>Source: Linux, include/uapi/linux/timex.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 208)]
public struct ClockAdjustment
{
    /// <summary>What to change.</summary>
    [FieldOffset(0)] public uint Modes;

    /// <summary>Offset, microseconds.</summary>
    [FieldOffset(8)] public long Offset;

    /// <summary>Frequency offset, parts per million, scaled by 65536.</summary>
    [FieldOffset(16)] public long Frequency;

    /// <summary>Largest error, microseconds.</summary>
    [FieldOffset(24)] public long MaximumError;

    /// <summary>Estimated error, microseconds.</summary>
    [FieldOffset(32)] public long EstimatedError;

    /// <summary>STA_ bits.</summary>
    [FieldOffset(40)] public int Status;

    /// <summary>Time constant.</summary>
    [FieldOffset(48)] public long Constant;

    /// <summary>Precision, microseconds.</summary>
    [FieldOffset(56)] public long Precision;

    /// <summary>Largest frequency offset.</summary>
    [FieldOffset(64)] public long Tolerance;

    /// <summary>The time.</summary>
    [FieldOffset(72)] public Timeval Time;

    /// <summary>Microseconds in a clock tick of 10 ms.</summary>
    [FieldOffset(88)] public long Tick;

    /// <summary>TAI minus UTC, seconds.</summary>
    [FieldOffset(160)] public int AtomicOffset;
}
