using AzaleaOS.Abi;
using AzaleaOS.Cpu;

namespace AzaleaOS.Loader;

/// <summary>The time of day: from whoever started us, else from the machine's clock.</summary>
internal static class WallClock
{
    private static ulong s_told;
    private static ulong s_toldAt;

    /// <summary>Remembers what the starter said.</summary>
    internal static void Start(in BootInfo info)
    {
        s_told = info.WallClock;
        s_toldAt = info.WallClockTimestamp;
    }

    /// <summary>Nanoseconds since 1970 UTC, now.</summary>
    internal static long Read()
    {
        if (s_told == 0)
        {
            return RealTimeClock.Read() * Clock.Second;
        }

        ulong ticks = Instructions.ReadTimestamp() - s_toldAt;
        return (long)s_told + Clock.ToNanoseconds(ticks, Clock.RateOf(Tsc.Frequency));
    }
}
