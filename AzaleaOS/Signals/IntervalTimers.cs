using System.Runtime.CompilerServices;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Diagnostics;
using AzaleaOS.Threads;

namespace AzaleaOS.Signals;

/// <summary>The three timers of setitimer(2).</summary>
internal static unsafe class IntervalTimers
{
    /// <summary>ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF.</summary>
    internal const int Count = 3;

    private static Mutex s_mutex;
    private static SpinLock s_lock;
    private static Table s_timers;

    /// <summary>All are stopped.</summary>
    internal static void Reset()
    {
        s_mutex = default;
        s_lock = default;
        s_timers = default;
        for (int which = 0; which < Count; which++)
        {
            IntervalTimer* timer = Of(which);
            timer->Clock = which == 0 ? TimerClock.Monotonic : TimerClock.Process;
            timer->Signal = which switch
            {
                0 => SignalNumber.Alarm,
                1 => SignalNumber.VirtualAlarm,
                _ => SignalNumber.Profile,
            };
            timer->Kernel.Fire = &Fire;
            timer->Kernel.Context = timer;
        }
    }

    /// <summary>Tells how long a timer has left, and its interval; nanoseconds.</summary>
    internal static void Get(int which, out long left, out long interval)
    {
        s_lock.Enter();
        IntervalTimer* timer = Of(which);
        left = Left(timer);
        interval = timer->Interval;
        s_lock.Exit();
    }

    /// <summary>Sets a timer anew.</summary>
    /// <param name="which">0 to 2.</param>
    /// <param name="value">Nanoseconds to its expiry; 0 stops it.</param>
    /// <param name="interval">Nanoseconds between expiries; 0: once.</param>
    /// <param name="leftBefore">Nanoseconds it had left.</param>
    /// <param name="intervalBefore">Its interval.</param>
    internal static void Set(int which, long value, long interval, out long leftBefore, out long intervalBefore)
    {
        IntervalTimer* timer = Of(which);
        s_mutex.Enter();
        s_lock.Enter();
        leftBefore = Left(timer);
        intervalBefore = timer->Interval;
        timer->IsArmed = false;
        s_lock.Exit();

        // Not under the lock: a timer that fires takes it.
        Timers.Stop(&timer->Kernel);
        s_lock.Enter();
        timer->Interval = interval;
        if (value != 0)
        {
            timer->IsArmed = true;
            timer->Expiry = TimerClocks.Add(Now(timer), value);
            Start(timer, Now(timer));
        }

        s_lock.Exit();
        s_mutex.Exit();
    }

    private static void Fire(KernelTimer* kernel)
    {
        IntervalTimer* timer = (IntervalTimer*)kernel->Context;
        bool hasExpired = false;
        s_lock.Enter();
        if (timer->IsArmed)
        {
            long now = Now(timer);
            hasExpired = now >= timer->Expiry;
            timer->IsArmed = !hasExpired || timer->Interval != 0;
            if (timer->IsArmed)
            {
                if (hasExpired)
                {
                    TimerClocks.Forward(ref timer->Expiry, timer->Interval, now);
                }

                Start(timer, now);
            }
        }

        s_lock.Exit();
        if (hasExpired)
        {
            SignalSender.ToProcess(timer->Signal);
        }
    }

    private static void Start(IntervalTimer* timer, long now)
        => Timers.Start(&timer->Kernel, TimerClocks.EarliestOf(timer->Clock, timer->Expiry, now));

    // One that is about to expire has not expired yet.
    private static long Left(IntervalTimer* timer) => timer->IsArmed ? Math.Max(1000, timer->Expiry - Now(timer)) : 0;

    private static long Now(IntervalTimer* timer) => TimerClocks.Now(timer->Clock, null);

    private static IntervalTimer* Of(int which) => (IntervalTimer*)Unsafe.AsPointer(ref s_timers[which]);

    [InlineArray(Count)]
    private struct Table
    {
        private IntervalTimer _first;
    }

    private struct IntervalTimer
    {
        internal TimerClock Clock;
        internal int Signal;
        internal bool IsArmed;
        internal long Expiry;
        internal long Interval;
        internal KernelTimer Kernel;
    }
}
