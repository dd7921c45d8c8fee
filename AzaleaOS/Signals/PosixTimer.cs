using AzaleaOS.Threads;

namespace AzaleaOS.Signals;

/// <summary>A timer of timer_create(2).</summary>
/// <remarks>
/// Guarded by the lock of <see cref="SignalState"/>. <see cref="Kernel"/> is started under it, and stopped
/// without it, since a timer that fires takes it: whoever sets or deletes a timer also holds the mutex of
/// <see cref="PosixTimers"/>, so that there is one at a time.
/// </remarks>
internal unsafe struct PosixTimer
{
    /// <summary>Its entry in a queue of pending signals. The first field.</summary>
    internal QueuedSignal Entry;

    /// <summary>The next timer of the process.</summary>
    internal PosixTimer* Next;

    /// <summary>timer_t.</summary>
    internal int Id;

    /// <summary>What it counts.</summary>
    internal TimerClock Clock;

    /// <summary>The thread whose CPU time it counts; null for the process's.</summary>
    internal ThreadSignals* Counted;

    /// <summary>The thread that gets the signal; null: the process does.</summary>
    internal ThreadSignals* Target;

    /// <summary>Whether it sends a signal at all.</summary>
    internal bool HasSignal;

    /// <summary>Whether the signal is for one thread: if that has ended, nobody gets it.</summary>
    internal bool IsForThread;

    /// <summary>It is set, and has not expired for the last time.</summary>
    internal bool IsArmed;

    /// <summary>It has expired, and its signal is pending: it goes on when that is delivered.</summary>
    internal bool IsPending;

    /// <summary>When it expires next, in nanoseconds of its clock.</summary>
    internal long Expiry;

    /// <summary>Nanoseconds from one expiry to the next; 0: once.</summary>
    internal long Interval;

    /// <summary>Expiries since the signal was queued, without that one.</summary>
    internal long Overrun;

    /// <summary>The same for the signal that was delivered last: timer_getoverrun(2).</summary>
    internal long LastOverrun;

    /// <summary>Fires at the next expiry or, for CPU time, when it is time to look at the clock.</summary>
    internal KernelTimer Kernel;
}
