using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Files;
using AzaleaOS.Memory;
using AzaleaOS.Signals;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>Timers that send signals.</summary>
internal static unsafe class TimerCalls
{
    private const long MicrosecondsPerSecond = 1_000_000;
    private const long NanosecondsPerMicrosecond = 1000;

    /// <summary>alarm(2).</summary>
    /// <returns>Seconds that the alarm before had left, rounded to the nearest and at least 1.</returns>
    [Syscall(37)]
    internal static long Alarm(uint seconds)
    {
        IntervalTimers.Set(0, seconds * Clock.Second, 0, out long left, out _);
        return left == 0 ? 0 : Math.Max(1, (left + (Clock.Second / 2)) / Clock.Second);
    }

    /// <summary>getitimer(2).</summary>
    [Syscall(36)]
    internal static long GetInterval(int which, UserPointer<IntervalTimerSetting> to)
    {
        if (which is < 0 or >= IntervalTimers.Count)
        {
            return -Errno.EINVAL;
        }

        IntervalTimers.Get(which, out long left, out long interval);
        return to.TryWrite(ToSetting(left, interval)) ? 0 : -Errno.EFAULT;
    }

    /// <summary>setitimer(2). No new setting stops the timer, as in Linux.</summary>
    [Syscall(38)]
    internal static long SetInterval(int which, UserPointer<IntervalTimerSetting> from, UserPointer<IntervalTimerSetting> old)
    {
        IntervalTimerSetting wanted = default;
        if (!from.IsNull && !from.TryRead(out wanted))
        {
            return -Errno.EFAULT;
        }

        if (!IsValid(wanted.Value) || !IsValid(wanted.Interval) || which is < 0 or >= IntervalTimers.Count)
        {
            return -Errno.EINVAL;
        }

        IntervalTimers.Set(which, ToNanoseconds(wanted.Value), ToNanoseconds(wanted.Interval), out long left, out long interval);
        return old.IsNull || old.TryWrite(ToSetting(left, interval)) ? 0 : -Errno.EFAULT;
    }

    /// <summary>timer_create(2).</summary>
    [Syscall(222)]
    internal static long Create(int clock, UserPointer<SignalEvent> how, UserPointer<int> to)
    {
        SignalEvent wanted = default;
        if (!how.IsNull && !how.TryRead(out wanted))
        {
            return -Errno.EFAULT;
        }

        ThreadTable.Enter();
        long result = Find(clock, out TimerClock counted, out Thread* countedThread);
        Thread* target = null;
        if ((result == 0 || clock < 0) && !how.IsNull && !IsValid(wanted, out target))
        {
            result = -Errno.EINVAL;
            clock = 0;
        }

        if (result == 0)
        {
            result = PosixTimers.Create(
                counted,
                countedThread == null ? null : countedThread->Signals,
                wanted,
                target == null ? null : target->Signals);
        }

        ThreadTable.Exit();
        if (result < 0)
        {
            // As in Linux a thread's or process's clock is looked for when all else is known to be right, and a number is told.
            return clock < 0 && !to.TryWrite(0) ? -Errno.EFAULT : result;
        }

        if (!to.TryWrite((int)result))
        {
            PosixTimers.Delete((int)result);
            return -Errno.EFAULT;
        }

        return 0;
    }

    /// <summary>timer_settime(2).</summary>
    [Syscall(223)]
    internal static long Set(int timer, int flags, UserPointer<TimerSetting> from, UserPointer<TimerSetting> old)
    {
        const int Absolute = 1;
        if (from.IsNull)
        {
            return -Errno.EINVAL;
        }

        if (!from.TryRead(out TimerSetting wanted))
        {
            return -Errno.EFAULT;
        }

        if (!TimeCalls.IsValid(wanted.Value) || !TimeCalls.IsValid(wanted.Interval))
        {
            return -Errno.EINVAL;
        }

        long result = PosixTimers.Set(
            timer,
            TimeCalls.ToNanoseconds(wanted.Value),
            (flags & Absolute) != 0,
            TimeCalls.ToNanoseconds(wanted.Interval),
            out long left,
            out long interval);
        return result < 0 ? result : old.IsNull || old.TryWrite(ToTimerSetting(left, interval)) ? 0 : -Errno.EFAULT;
    }

    /// <summary>timer_gettime(2).</summary>
    [Syscall(224)]
    internal static long Get(int timer, UserPointer<TimerSetting> to)
    {
        long result = PosixTimers.Get(timer, out long left, out long interval);
        return result < 0 ? result : to.TryWrite(ToTimerSetting(left, interval)) ? 0 : -Errno.EFAULT;
    }

    /// <summary>timer_getoverrun(2).</summary>
    [Syscall(225)]
    internal static long GetOverrun(int timer) => PosixTimers.GetOverrun(timer);

    /// <summary>timer_delete(2).</summary>
    [Syscall(226)]
    internal static long Delete(int timer) => PosixTimers.Delete(timer);

    /// <summary>What a clock id stands for. Under the thread table's lock.</summary>
    /// <returns>0, or -EINVAL, or -EOPNOTSUPP for a clock that has no timers.</returns>
    private static long Find(int clock, out TimerClock counted, out Thread* thread)
    {
        const int Wall = 0, Monotonic = 1, ProcessTime = 2, ThreadTime = 3, Last = 11;
        const int Raw = 4, WallCoarse = 5, MonotonicCoarse = 6, BootTime = 7, WallAlarm = 8, BootTimeAlarm = 9;
        thread = null;
        counted = TimerClock.Monotonic;
        switch (clock)
        {
            case Monotonic or BootTime:
                return 0;
            case Wall or Last:
                counted = TimerClock.Wall;
                return 0;
            case ProcessTime:
                counted = TimerClock.Process;
                return 0;
            case ThreadTime:
                counted = TimerClock.Thread;
                thread = Scheduler.Current;
                return 0;
            case Raw or WallCoarse or MonotonicCoarse or WallAlarm or BootTimeAlarm:
                return -Errno.EOPNOTSUPP;
            case < 0:
                return FindCpuClock(clock, out counted, out thread);
            default:
                return -Errno.EINVAL;
        }
    }

    // A process or thread number in a clock id: its complement, then three bits (linux/posix-timers.h).
    private static long FindCpuClock(int clock, out TimerClock counted, out Thread* thread)
    {
        const int NumberShift = 3, PerThread = 4, KindMask = 3, LastKind = 2;
        int id = ~(clock >> NumberShift);
        bool isThread = (clock & PerThread) != 0;
        counted = isThread ? TimerClock.Thread : TimerClock.Process;
        thread = null;
        if ((clock & KindMask) > LastKind)
        {
            return -Errno.EINVAL;
        }

        if (!isThread)
        {
            return id is 0 || id == Process.Id ? 0 : -Errno.EINVAL;
        }

        thread = id == 0 ? Scheduler.Current : ThreadTable.Find(id);
        return thread != null ? 0 : -Errno.EINVAL;
    }

    private static bool IsValid(in SignalEvent how, out Thread* target)
    {
        target = null;
        switch (how.Notify)
        {
            case SignalEvent.None:
                return true;
            case SignalEvent.ThreadId:
                target = ThreadTable.Find(how.Target);
                return target != null && how.Number is > 0 and <= SignalNumber.Last;
            case SignalEvent.Signal or SignalEvent.Thread:
                return how.Number is > 0 and <= SignalNumber.Last;
            default:
                return false;
        }
    }

    private static bool IsValid(in Timeval time) => time.Seconds >= 0 && time.Microseconds is >= 0 and < MicrosecondsPerSecond;

    private static long ToNanoseconds(in Timeval time)
        => TimeCalls.ToNanoseconds(new Timespec { Seconds = time.Seconds, Nanoseconds = time.Microseconds * NanosecondsPerMicrosecond });

    private static IntervalTimerSetting ToSetting(long left, long interval) => new() { Interval = ToTimeval(interval), Value = ToTimeval(left) };

    private static Timeval ToTimeval(long nanoseconds)
        => new() { Seconds = nanoseconds / Clock.Second, Microseconds = nanoseconds % Clock.Second / NanosecondsPerMicrosecond };

    private static TimerSetting ToTimerSetting(long left, long interval) => new() { Interval = ToTimespec(interval), Value = ToTimespec(left) };

    private static Timespec ToTimespec(long nanoseconds) => new() { Seconds = nanoseconds / Clock.Second, Nanoseconds = nanoseconds % Clock.Second };
}
