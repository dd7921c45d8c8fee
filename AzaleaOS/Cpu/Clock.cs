using System.Runtime.CompilerServices;
using System.Threading;

namespace AzaleaOS.Cpu;

/// <summary>Time, from the time-stamp counter.</summary>
/// <remarks>
/// The counter's rate and the wall clock are asked for when somebody first wants to know the time, on any core; then they
/// are written once, under a lock. The wall clock can be set later. What is known is also in a page that the vDSO reads.
/// </remarks>
internal static unsafe class Clock
{
    /// <summary>Nanoseconds in a second.</summary>
    internal const long Second = 1_000_000_000;

    /// <summary>Linux's CLOCK_REALTIME, CLOCK_REALTIME_COARSE and CLOCK_TAI, bit n for the clock of number n. All three run alike.</summary>
    internal const uint WallClocks = (1 << 0) | (1 << 5) | (1 << 11);

    /// <summary>Linux's CLOCK_MONOTONIC, _RAW, _COARSE and CLOCK_BOOTTIME. All four run alike.</summary>
    internal const uint MonotonicClocks = (1 << 1) | (1 << 4) | (1 << 6) | (1 << 7);

    private const int RateShift = 32;

    private static Diagnostics.SpinLock s_lock;
    private static VdsoData* s_data;
    private static ulong s_start;
    private static ulong s_rate;
    private static ulong s_inverseRate;
    private static long s_wallOffset;
    private static bool s_wallKnown;

    /// <summary>The time-stamp counter in tests on the host.</summary>
    internal static delegate*<ulong> ReadCounter { get; set; }

    /// <summary>Counter ticks in a second. Asked once, when time is first needed: it may have to be measured.</summary>
    internal static delegate*<ulong> ReadFrequency { get; set; }

    /// <summary>Nanoseconds since 1970 UTC, now; the machine's clock of last resort is slow to read.</summary>
    internal static delegate*<long> ReadWallClock { get; set; }

    /// <summary>Waits a little: until an interrupt, or a moment.</summary>
    internal static delegate*<void> Relax { get; set; }

    /// <summary>Starts the monotonic clock.</summary>
    /// <param name="counter">The counter when the kernel was entered: time 0.</param>
    /// <param name="frequency">Counter ticks in a second if that is known without measuring, or 0.</param>
    internal static void Start(ulong counter, ulong frequency = 0)
    {
        s_data = null;
        s_start = counter;
        s_rate = frequency == 0 ? 0 : RateOf(frequency);
        s_inverseRate = 0;
        s_wallKnown = false;
    }

    /// <summary>Writes what is known to a page that programs read, now and whenever it changes.</summary>
    internal static void PublishTo(VdsoData* data)
    {
        s_lock.Enter();
        s_data = data;
        Publish();
        s_lock.Exit();
    }

    /// <summary>Nanoseconds since the kernel was entered.</summary>
    internal static long Monotonic()
    {
        if (Volatile.Read(ref s_rate) == 0)
        {
            ColdCall.Invoke(&FindRate, null);
        }

        ulong ticks = Counter - s_start;

        // A core whose counter is a little behind the boot core's: time does not begin before 0.
        return (long)ticks < 0 ? 0 : ToNanoseconds(ticks, s_rate);
    }

    /// <summary>The counter at a time of the monotonic clock, not before it; <see cref="ulong.MaxValue"/> for what is too far away to count.</summary>
    internal static ulong ToCounter(long monotonic)
    {
        if (s_inverseRate == 0)
        {
            ColdCall.Invoke(&FindInverseRate, null);
        }

        if (monotonic <= 0)
        {
            return s_start;
        }

        ulong high = Math.BigMul((ulong)monotonic, s_inverseRate, out ulong low);
        ulong ticks = (high << RateShift) | (low >> RateShift);
        return high >> RateShift != 0 || ticks >= ulong.MaxValue - s_start - 1 ? ulong.MaxValue : s_start + ticks + 1;
    }

    /// <summary>Nanoseconds in some counter ticks.</summary>
    internal static long ToNanoseconds(ulong ticks)
    {
        if (Volatile.Read(ref s_rate) == 0)
        {
            ColdCall.Invoke(&FindRate, null);
        }

        return ToNanoseconds(ticks, s_rate);
    }

    /// <summary>Nanoseconds since 1970 UTC.</summary>
    internal static long Wall()
    {
        if (!Volatile.Read(ref s_wallKnown))
        {
            ColdCall.Invoke(&FindWallClock, null);
        }

        return Monotonic() + Volatile.Read(ref s_wallOffset);
    }

    /// <summary>Sets the wall clock. It cannot be set to before the kernel's start, as in Linux (kernel/time/timekeeping.c, do_settimeofday64).</summary>
    /// <param name="time">Nanoseconds since 1970 UTC.</param>
    /// <returns>Whether it was set.</returns>
    internal static bool TrySetWall(long time)
    {
        long offset = time - Monotonic();
        if (offset < 0)
        {
            return false;
        }

        s_lock.Enter();
        Volatile.Write(ref s_wallOffset, offset);
        Volatile.Write(ref s_wallKnown, true);
        Publish();
        s_lock.Exit();
        return true;
    }

    /// <summary>Waits until the monotonic clock shows a time.</summary>
    internal static void WaitUntil(long monotonic)
    {
        while (Monotonic() < monotonic)
        {
            Relax();
        }
    }

    /// <summary>Nanoseconds in a counter tick, in units of 2^-32.</summary>
    internal static ulong RateOf(ulong frequency) => ((ulong)Second << RateShift) / frequency;

    /// <summary>Nanoseconds in some counter ticks.</summary>
    internal static long ToNanoseconds(ulong ticks, ulong rate)
    {
        ulong high = Math.BigMul(ticks, rate, out ulong low);
        return (long)((high << RateShift) | (low >> RateShift));
    }

    private static ulong Counter
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => RuntimeFeature.IsDynamicCodeSupported ? ReadCounter() : Instructions.ReadTimestamp();
    }

    // Measuring takes some milliseconds, once; who wants to know the time meanwhile has to wait anyway.
    private static void FindInverseRate(void* nothing)
    {
        // frequency * 2^32 / 10^9 in pieces that fit.
        ulong frequency = ReadFrequency();
        s_inverseRate = ((frequency / (ulong)Second) << RateShift) + (((frequency % (ulong)Second) << RateShift) / (ulong)Second);
    }

    private static void FindRate(void* nothing)
    {
        s_lock.Enter();
        if (s_rate == 0)
        {
            Volatile.Write(ref s_rate, RateOf(ReadFrequency()));
            Publish();
        }

        s_lock.Exit();
    }

    private static void FindWallClock(void* nothing)
    {
        // The rate has a lock of its own round.
        Monotonic();
        s_lock.Enter();
        if (!s_wallKnown)
        {
            s_wallOffset = Math.Max(0, ReadWallClock() - Monotonic());
            Volatile.Write(ref s_wallKnown, true);
            Publish();
        }

        s_lock.Exit();
    }

    private static void Publish()
    {
        if (s_data == null || s_rate == 0)
        {
            return;
        }

        s_data->Begin();
        s_data->Start = s_start;
        s_data->Rate = s_rate;
        s_data->Ready = MonotonicClocks;
        if (s_wallKnown)
        {
            s_data->Ready = MonotonicClocks | WallClocks;
            s_data->Offsets[0] = s_data->Offsets[5] = s_data->Offsets[11] = s_wallOffset;
        }

        s_data->End();
    }
}
