using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Signals;

/// <summary>The timers of timer_create(2).</summary>
/// <remarks>
/// As in Linux (kernel/time/posix-timers.c) a periodic timer stands still from its expiry until its signal is
/// delivered, and then says how many expiries it missed.
/// </remarks>
internal static unsafe class PosixTimers
{
    private static ObjectPool<PosixTimer> s_pool;
    private static PosixTimer* s_first;
    private static int s_nextId;
    private static Mutex s_mutex;

    /// <summary>No timers.</summary>
    internal static void Reset()
    {
        s_pool = default;
        s_first = null;
        s_nextId = 0;
        s_mutex = default;
    }

    /// <summary>Makes a timer that is not set.</summary>
    /// <param name="clock">What it counts.</param>
    /// <param name="counted">The thread whose time it counts, or null.</param>
    /// <param name="how">How it makes itself heard, checked; the number 0 asks for SIGALRM with the timer's own number as the value.</param>
    /// <param name="target">The thread that gets the signal, or null.</param>
    /// <returns>Its number, or -EAGAIN.</returns>
    internal static long Create(TimerClock clock, ThreadSignals* counted, in SignalEvent how, ThreadSignals* target)
    {
        SignalState.Enter();
        PosixTimer* timer = null;
        if (SignalState.TryCount(mayExceedLimit: false))
        {
            timer = s_pool.Take();
            if (timer == null)
            {
                SignalState.Uncount();
            }
        }

        long result = -Errno.EAGAIN;
        if (timer != null)
        {
            result = timer->Id = NewId();
            bool isDefault = how.Number == 0 && how.Notify == SignalEvent.Signal;
            SignalInformation information = new()
            {
                Number = isDefault ? SignalNumber.Alarm : how.Number,
                Code = SignalCode.Timer,
                Timer = timer->Id,
                Value = isDefault ? (uint)timer->Id : how.Value,
            };
            timer->Entry.Set(&information);
            timer->Entry.Timer = timer;
            timer->Clock = clock;
            timer->Counted = counted;
            timer->Target = target;
            timer->IsForThread = target != null;
            timer->HasSignal = how.Notify != SignalEvent.None;
            timer->Kernel.Fire = &Fire;
            timer->Kernel.Context = timer;
            timer->Next = s_first;
            s_first = timer;
        }

        SignalState.Exit();
        return result;
    }

    /// <summary>Sets a timer anew; a signal of it that is pending is dropped.</summary>
    /// <param name="id">Which.</param>
    /// <param name="value">Nanoseconds to its expiry; 0 stops it.</param>
    /// <param name="isAbsolute">The value is a time of its clock.</param>
    /// <param name="interval">Nanoseconds between expiries.</param>
    /// <param name="leftBefore">Nanoseconds it had left.</param>
    /// <param name="intervalBefore">Its interval.</param>
    /// <returns>0, or -EINVAL.</returns>
    internal static long Set(int id, long value, bool isAbsolute, long interval, out long leftBefore, out long intervalBefore)
    {
        leftBefore = 0;
        intervalBefore = 0;
        s_mutex.Enter();
        SignalState.Enter();
        PosixTimer* timer = Find(id);
        if (timer == null)
        {
            SignalState.Exit();
            s_mutex.Exit();
            return -Errno.EINVAL;
        }

        leftBefore = Left(timer);
        intervalBefore = timer->Interval;
        Disarm(timer);
        SignalState.Exit();
        Timers.Stop(&timer->Kernel);

        SignalState.Enter();

        // Linux keeps the interval of a timer that is off only for CPU time: posix-timers.c, common_timer_set.
        timer->Interval = value != 0 || timer->Clock is TimerClock.Process or TimerClock.Thread ? interval : 0;
        timer->Overrun = 0;
        timer->LastOverrun = 0;
        if (value != 0)
        {
            timer->Expiry = isAbsolute ? value : TimerClocks.Add(Now(timer), value);
            Arm(timer);
        }

        SignalState.Exit();
        s_mutex.Exit();
        return 0;
    }

    /// <summary>Tells how long a timer has left, and its interval.</summary>
    /// <returns>0, or -EINVAL.</returns>
    internal static long Get(int id, out long left, out long interval)
    {
        left = 0;
        interval = 0;
        SignalState.Enter();
        PosixTimer* timer = Find(id);
        if (timer != null)
        {
            left = Left(timer);
            interval = timer->Interval;
        }

        SignalState.Exit();
        return timer != null ? 0 : -Errno.EINVAL;
    }

    /// <summary>Tells how many expiries the signal stood for that was delivered last, without the first.</summary>
    /// <returns>The number, or -EINVAL.</returns>
    internal static long GetOverrun(int id)
    {
        SignalState.Enter();
        PosixTimer* timer = Find(id);
        long result = timer != null ? Math.Min(timer->LastOverrun, int.MaxValue) : -Errno.EINVAL;
        SignalState.Exit();
        return result;
    }

    /// <summary>Deletes a timer and its pending signal.</summary>
    /// <returns>0, or -EINVAL.</returns>
    internal static long Delete(int id)
    {
        s_mutex.Enter();
        SignalState.Enter();
        PosixTimer* timer = Find(id);
        if (timer != null)
        {
            Unlink(timer);
            Disarm(timer);
            SignalState.Exit();
            Timers.Stop(&timer->Kernel);
            SignalState.Enter();
            s_pool.Return(timer);
            SignalState.Uncount();
        }

        SignalState.Exit();
        s_mutex.Exit();
        return timer != null ? 0 : -Errno.EINVAL;
    }

    /// <summary>The signal of a timer has been taken: says how many expiries it stands for, and lets a periodic timer go on. Under the lock.</summary>
    internal static void Delivered(PosixTimer* timer, SignalInformation* to)
    {
        timer->IsPending = false;
        GoOn(timer);
        timer->LastOverrun = timer->Overrun;
        timer->Overrun = 0;
        to->Overrun = (int)Math.Min(timer->LastOverrun, int.MaxValue);
    }

    /// <summary>The signal of a timer has been dropped, since it is ignored now. Under the lock.</summary>
    internal static void Dropped(PosixTimer* timer)
    {
        timer->IsPending = false;
        GoOn(timer);
    }

    /// <summary>A thread ends: no timer sends to it or counts its time any more. Under the lock.</summary>
    internal static void Forget(ThreadSignals* thread)
    {
        for (PosixTimer* timer = s_first; timer != null; timer = timer->Next)
        {
            timer->Target = timer->Target == thread ? null : timer->Target;
            timer->Counted = timer->Counted == thread ? null : timer->Counted;
        }
    }

    private static void Fire(KernelTimer* kernel)
    {
        PosixTimer* timer = (PosixTimer*)kernel->Context;
        SignalState.Enter();
        if (timer->IsArmed && !timer->IsPending)
        {
            long now = Now(timer);
            if (now < timer->Expiry)
            {
                // CPU time, and less of it went by than could have.
                Timers.Start(kernel, TimerClocks.EarliestOf(timer->Clock, timer->Expiry, now));
            }
            else
            {
                Expire(timer, now);
            }
        }

        SignalState.Exit();
    }

    private static void Expire(PosixTimer* timer, long now)
    {
        timer->IsArmed = timer->Interval != 0;
        ThreadSignals* target = timer->Target != null ? timer->Target : SignalState.First;
        bool hasReceiver = target != null && (timer->Target != null || !timer->IsForThread);
        if (hasReceiver && SignalSender.SendTimer(&timer->Entry, target, toProcess: !timer->IsForThread))
        {
            timer->IsPending = true;
        }
        else if (timer->IsArmed)
        {
            TimerClocks.Forward(ref timer->Expiry, timer->Interval, now);
            Timers.Start(&timer->Kernel, TimerClocks.EarliestOf(timer->Clock, timer->Expiry, now));
        }
    }

    // From the expiry whose signal is gone to the next one.
    private static void GoOn(PosixTimer* timer)
    {
        if (!timer->IsArmed || timer->Interval == 0)
        {
            return;
        }

        // The Fire that queued the signal may be on its last instructions on another core.
        Timers.Stop(&timer->Kernel);
        timer->Overrun += TimerClocks.Forward(ref timer->Expiry, timer->Interval, Now(timer)) - 1;
        Arm(timer);
    }

    private static void Arm(PosixTimer* timer)
    {
        timer->IsArmed = true;
        if (timer->HasSignal)
        {
            Timers.Start(&timer->Kernel, TimerClocks.EarliestOf(timer->Clock, timer->Expiry, Now(timer)));
        }
    }

    private static void Disarm(PosixTimer* timer)
    {
        timer->IsArmed = false;
        if (!timer->IsPending)
        {
            return;
        }

        timer->IsPending = false;
        if (!SignalState.Shared.Remove(&timer->Entry) && timer->Target != null)
        {
            timer->Target->Pending.Remove(&timer->Entry);
        }
    }

    private static long Left(PosixTimer* timer)
    {
        if (!timer->IsArmed)
        {
            return 0;
        }

        long now = Now(timer);
        long expiry = timer->Expiry;
        if (timer->Interval != 0 && (timer->IsPending || !timer->HasSignal))
        {
            TimerClocks.Forward(ref expiry, timer->Interval, now);
        }

        // One that is about to expire has not expired yet; one without a signal has.
        return expiry > now ? expiry - now : timer->HasSignal ? 1 : 0;
    }

    private static long Now(PosixTimer* timer) => TimerClocks.Now(timer->Clock, timer->Counted);

    private static PosixTimer* Find(int id)
    {
        PosixTimer* timer = s_first;
        while (timer != null && timer->Id != id)
        {
            timer = timer->Next;
        }

        return timer;
    }

    private static int NewId()
    {
        int id;
        do
        {
            id = s_nextId;
            s_nextId = id == int.MaxValue ? 0 : id + 1;
        }
        while (Find(id) != null);
        return id;
    }

    private static void Unlink(PosixTimer* timer)
    {
        PosixTimer** link;
        fixed (PosixTimer** first = &s_first)
        {
            link = first;
            while (*link != timer)
            {
                link = &(*link)->Next;
            }

            *link = timer->Next;
        }
    }
}
