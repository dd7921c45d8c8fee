using AzaleaOS.Diagnostics;

namespace AzaleaOS.Cpu;

/// <summary>ACPI's counter of 3.579545 MHz, as a reference for the time-stamp counter.</summary>
/// <remarks>Source: ACPI 6.5, 4.8.2.1.</remarks>
internal static class PowerManagementTimer
{
    private const ulong Frequency = 3_579_545;
    private const ulong ShortestTicks = Frequency / 200;
    private const ulong LongestTicks = Frequency / 10;

    // A host may stop the core between the readings of the two counters: what that may change, beside the time that is measured.
    private const int Exactness = 1024;
    private const ulong QuickReading = 10_000;
    private const int MostReadings = 4;

    private const int PatiencePolls = 10_000_000;

    // What a nap is measured in is not known yet: the first is short wherever this runs, and none is much longer than the one before.
    private const uint FirstNap = 8;
    private const uint NapGrowth = 8;
    private const uint LongestNap = 20_000;
    private const int MostNaps = 50;

    // No processor here is slower; until so many TSC ticks have passed the counter has not wrapped.
    private const ulong SlowestTsc = 800_000_000;

    private static ushort s_port;
    private static uint s_mask;
    private static ulong s_startTsc;
    private static uint s_start;
    private static ulong s_startError;

    /// <summary>Reads both counters. Port 0: there is no such timer.</summary>
    internal static void Start(ushort port, bool has32Bits)
    {
        s_port = port;
        s_mask = has32Bits ? uint.MaxValue : 0xff_ffff;
        if (port != 0) s_startError = Sample(out s_startTsc, out s_start);
    }

    /// <summary>
    /// Computes TSC ticks per second since <see cref="Start"/>; waits until 5 ms have passed since then, halted where interrupts
    /// are on. A tick of this timer and a read of its port, about 1 us together, are the error: at most 200 in a million; and 1,000
    /// where a host stops the core again and again, for which it waits longer.
    /// </summary>
    internal static bool TryMeasure(out ulong frequency)
    {
        frequency = 0;
        if (s_port == 0) return false;

        ulong error = Sample(out ulong tsc, out uint now);
        ulong wrapAfter = SlowestTsc / Frequency * s_mask;
        if (tsc - s_startTsc > wrapAfter)
        {
            s_startTsc = tsc;
            s_start = now;
            s_startError = error;
        }
        uint nap = FirstNap;
        for (int polls = 0; !IsEnough(tsc - s_startTsc, (now - s_start) & s_mask, s_startError + error); polls++)
        {
            if (polls == PatiencePolls) return false;
            uint before = now;
            bool isNapping = polls < MostNaps && OneShotTimer.TryNap(nap);
            error = Sample(out tsc, out now);
            if (isNapping) nap = NextNap(nap, (now - before) & s_mask, ShortestTicks - (uint)Math.Min(ShortestTicks, (now - s_start) & s_mask));
        }
        frequency = Compute(tsc - s_startTsc, (now - s_start) & s_mask);
        return true;
    }

    /// <summary>TSC ticks per second, if so many (below 2^42) passed during so many ticks of this timer.</summary>
    internal static ulong Compute(ulong tscTicks, uint timerTicks) => tscTicks * Frequency / timerTicks;

    /// <summary>How long to sleep next.</summary>
    /// <param name="last">How long the last nap was, in steps of nobody knows how long.</param>
    /// <param name="took">Ticks of this timer that it took.</param>
    /// <param name="left">Ticks that are left.</param>
    internal static uint NextNap(uint last, uint took, ulong left)
        => (uint)Math.Min((last * left / Math.Max(1, took)) + 1, Math.Min(last * NapGrowth, LongestNap));

    /// <summary>Whether a measurement can end.</summary>
    /// <param name="tscTicks">What has passed.</param>
    /// <param name="timerTicks">The same in ticks of this timer.</param>
    /// <param name="error">By how many TSC ticks it may be wrong.</param>
    internal static bool IsEnough(ulong tscTicks, uint timerTicks, ulong error)
        => timerTicks >= ShortestTicks && (error * Exactness <= tscTicks || timerTicks >= LongestTicks);

    /// <summary>Reads both counters at nearly the same time.</summary>
    /// <returns>How many TSC ticks the reading took.</returns>
    private static ulong Sample(out ulong tsc, out uint timer)
    {
        ulong least = ulong.MaxValue;
        tsc = 0;
        timer = 0;
        for (int i = 0; i < MostReadings && least > QuickReading; i++)
        {
            ulong before = Instructions.ReadTimestamp();
            uint now = Port.In32(s_port) & s_mask;
            ulong took = Instructions.ReadTimestamp() - before;
            if (took >= least) continue;
            least = took;
            tsc = before + (took / 2);
            timer = now;
        }
        return least;
    }
}
