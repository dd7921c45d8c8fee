using System.Runtime.InteropServices;
using System.Threading;

namespace AzaleaOS.Cpu;

/// <summary>What the vDSO's clocks are computed from: a page that every program can read.</summary>
/// <remarks>
/// Written by the kernel alone, through <see cref="Begin"/> and <see cref="End"/>; read on every core by the vDSO's
/// functions, which take an odd <see cref="Sequence"/>, or one that changed, for a reason to read again.
/// A time is ((counter - <see cref="Start"/>) * <see cref="Rate"/> / 2^32) + the clock's offset, in nanoseconds.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct VdsoData
{
    /// <summary>CLOCK_ numbers that have an offset here: 0 to 11.</summary>
    internal const int ClockCount = 12;

    /// <summary>Odd while something changes.</summary>
    internal uint Sequence;

    /// <summary>Bit n: the clock of number n can be computed. For the others the kernel is asked.</summary>
    internal uint Ready;

    /// <summary>The time-stamp counter at time 0, in TSC ticks.</summary>
    internal ulong Start;

    /// <summary>Nanoseconds in a counter tick, in units of 2^-32.</summary>
    internal ulong Rate;

    /// <summary>What is added for each clock, in nanoseconds.</summary>
    internal fixed long Offsets[ClockCount];

    /// <summary>From now on readers wait. For one writer at a time.</summary>
    internal void Begin()
    {
        Volatile.Write(ref Sequence, Sequence + 1);

        // Stores are seen in their order (SDM vol. 3A, 9.2.2), so no fence is needed before the data.
    }

    /// <summary>Readers go on.</summary>
    internal void End() => Volatile.Write(ref Sequence, Sequence + 1);
}
