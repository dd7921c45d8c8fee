using System.Threading;
using AzaleaOS.Cpu;

namespace AzaleaOS.Threads;

/// <summary>Starts and stops timers. A timer belongs to the core that started it and fires there.</summary>
internal static unsafe class Timers
{
    /// <summary>Starts a timer that is stopped.</summary>
    /// <param name="timer">Fire and Context are set.</param>
    /// <param name="when">Nanoseconds of the monotonic clock; a time that is past fires as soon as the core serves its timers.</param>
    internal static void Start(KernelTimer* timer, long when)
    {
        CoreScheduler* core = CoreScheduler.Current;
        timer->When = when;
        core->TimerLock.Enter();
        timer->Core = core;
        core->Timers.Add(timer);
        if (core->Firing == timer) core->IsRestarted = true;
        bool isFirst = core->Timers.First == timer;
        core->TimerLock.Exit();
        if (isFirst) core->ArmNoLaterThan(Clock.ToCounter(when));
    }

    /// <summary>Stops a timer.</summary>
    /// <returns>
    /// True if it was going to fire, and now is not. False if it was stopped, has fired, or is about to: its
    /// Fire is not running any more when this returns, unless the caller is that Fire itself.
    /// </returns>
    internal static bool Stop(KernelTimer* timer)
    {
        while (true)
        {
            CoreScheduler* core = (CoreScheduler*)Volatile.Read(ref *(nint*)&timer->Core);
            if (core == null) return false;
            core->TimerLock.Enter();
            if (timer->Core == core)
            {
                bool isFiring = core->Firing == timer;
                bool isQueued = !isFiring || core->IsRestarted;
                if (isQueued) core->Timers.Remove(timer);
                if (isFiring) core->IsRestarted = false;
                else timer->Core = null;
                core->TimerLock.Exit();
                if (!isFiring || core == CoreScheduler.Current) return isQueued;
                Instructions.Pause();
                continue;
            }
            core->TimerLock.Exit();
        }
    }

    /// <summary>Fires what is due on this core. Kernel context.</summary>
    /// <returns>When the next one is due, or <see cref="Scheduler.Never"/>.</returns>
    internal static long Serve(CoreScheduler* core)
    {
        while (true)
        {
            core->TimerLock.Enter();
            KernelTimer* first = core->Timers.First;
            long next = first == null ? Scheduler.Never : first->When;
            if (next == Scheduler.Never || next > Clock.Monotonic())
            {
                core->TimerLock.Exit();
                return next;
            }
            core->Timers.Remove(first);
            core->Firing = first;
            core->TimerLock.Exit();

            delegate*<KernelTimer*, void> fire = first->Fire;
            fire(first);

            // A timer that Fire started again is in the heap; one that it did not is stopped. Whoever waits in Stop sees Core change.
            core->TimerLock.Enter();
            core->Firing = null;
            if (!core->IsRestarted) first->Core = null;
            core->IsRestarted = false;
            core->TimerLock.Exit();
        }
    }
}
