namespace AzaleaOS.Syscalls;

/// <summary>Time, from the time-stamp counter.</summary>
/// <remarks>Written once at boot. The wall clock is asked for when a program first wants to know it: most never do.</remarks>
internal static unsafe class Clock
{
    /// <summary>Nanoseconds in a second.</summary>
    internal const long Second = 1_000_000_000;

    private const int RateShift = 32;

    private static ulong s_start;
    private static ulong s_rate;
    private static long s_wallOffset;
    private static bool s_wallKnown;

    /// <summary>The time-stamp counter.</summary>
    internal static delegate*<ulong> ReadCounter { get; set; }

    /// <summary>Counter ticks in a second. Asked once, when time is first needed: it may have to be measured.</summary>
    internal static delegate*<ulong> ReadFrequency { get; set; }

    /// <summary>Nanoseconds since 1970 UTC, now; the machine's clock of last resort is slow to read.</summary>
    internal static delegate*<long> ReadWallClock { get; set; }

    /// <summary>Waits a little: until an interrupt, or a moment.</summary>
    internal static delegate*<void> Relax { get; set; }

    /// <summary>Starts the monotonic clock.</summary>
    /// <param name="counter">The counter when the kernel was entered: time 0.</param>
    internal static void Start(ulong counter)
    {
        s_start = counter;
        s_rate = 0;
        s_wallKnown = false;
    }

    /// <summary>Nanoseconds since the kernel was entered.</summary>
    internal static long Monotonic()
    {
        if (s_rate == 0)
        {
            s_rate = RateOf(ReadFrequency());
        }

        return ToNanoseconds(ReadCounter() - s_start, s_rate);
    }

    /// <summary>Nanoseconds since 1970 UTC.</summary>
    internal static long Wall()
    {
        if (!s_wallKnown)
        {
            s_wallOffset = ReadWallClock() - Monotonic();
            s_wallKnown = true;
        }

        return Monotonic() + s_wallOffset;
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
}
