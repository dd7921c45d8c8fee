using AzaleaOS.Cpu;
using AzaleaOS.Threads;

namespace AzaleaOS.Signals;

/// <summary>The clocks of timers, and when to look at them.</summary>
internal static unsafe class TimerClocks
{
    // CPU time is looked at no more often than this: finer than Linux's tick of 4 ms.
    private const long Finest = 1_000_000;

    /// <summary>What a clock shows.</summary>
    /// <param name="clock">Which.</param>
    /// <param name="thread">The thread, for <see cref="TimerClock.Thread"/>; null if it has ended.</param>
    internal static long Now(TimerClock clock, ThreadSignals* thread) => clock switch
    {
        TimerClock.Wall => Clock.Wall(),
        TimerClock.Thread => thread == null ? 0 : CpuTime.OfThread(thread->Thread),
        TimerClock.Process => CpuTime.OfProcess(),
        _ => Clock.Monotonic(),
    };

    /// <summary>When, on the monotonic clock, another clock can show a time at the earliest.</summary>
    /// <param name="clock">Which.</param>
    /// <param name="time">What it shows then.</param>
    /// <param name="now">What it shows now.</param>
    internal static long EarliestOf(TimerClock clock, long time, long now)
    {
        long left = Math.Max(0, time - now);
        if (clock is TimerClock.Thread or TimerClock.Process)
        {
            // All cores may run threads of the process.
            left = Math.Max(Finest, clock == TimerClock.Process ? left / Math.Max(1, Cores.Count) : left);
        }

        long monotonic = Clock.Monotonic();
        return left > long.MaxValue - monotonic ? long.MaxValue : monotonic + left;
    }

    /// <summary>Sum of times; as much as fits.</summary>
    internal static long Add(long time, long more) => more > long.MaxValue - time ? long.MaxValue : time + more;

    /// <summary>Moves an expiry by as many intervals as it takes to be in the future.</summary>
    /// <returns>How many.</returns>
    internal static long Forward(ref long expiry, long interval, long now)
    {
        if (expiry > now)
        {
            return 0;
        }

        long count = ((now - expiry) / interval) + 1;
        expiry = Add(expiry, count > long.MaxValue / interval ? long.MaxValue : count * interval);
        return count;
    }
}
