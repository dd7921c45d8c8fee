using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>Reading and setting clocks. Programs read most of them by the vDSO; what it cannot answer comes here.</summary>
internal static unsafe class TimeCalls
{
    /// <summary>CLOCK_REALTIME.</summary>
    internal const int RealTime = 0;

    /// <summary>CLOCK_MONOTONIC.</summary>
    internal const int Monotonic = 1;

    /// <summary>CLOCK_PROCESS_CPUTIME_ID.</summary>
    internal const int ProcessTime = 2;

    /// <summary>CLOCK_THREAD_CPUTIME_ID.</summary>
    internal const int ThreadTime = 3;

    /// <summary>CLOCK_BOOTTIME: here the same as CLOCK_MONOTONIC.</summary>
    internal const int BootTime = 7;

    /// <summary>CLOCK_TAI: here the same as CLOCK_REALTIME, as on a Linux that nobody told of leap seconds.</summary>
    internal const int AtomicTime = 11;

    /// <summary>gettimeofday(2). The time zone is UTC.</summary>
    [Syscall(96)]
    internal static long GetTimeOfDay(UserPointer<Timeval> to, UserPointer<ulong> zone)
        => (to.IsNull || to.TryWrite(ToTimeval(Clock.Wall()))) && (zone.IsNull || zone.TryWrite(0)) ? 0 : -Errno.EFAULT;

    /// <summary>settimeofday(2). The time zone cannot be changed.</summary>
    [Syscall(164)]
    internal static long SetTimeOfDay(UserPointer<Timeval> from, UserPointer<ulong> zone)
    {
        const long MicrosecondsPerSecond = 1_000_000;
        Timeval time = default;
        ulong offset = 0;
        if ((!from.IsNull && !from.TryRead(out time)) || (!zone.IsNull && !zone.TryRead(out offset)))
        {
            return -Errno.EFAULT;
        }

        if ((ulong)time.Microseconds >= MicrosecondsPerSecond)
        {
            return -Errno.EINVAL;
        }

        if (offset != 0)
        {
            return -Errno.EPERM;
        }

        return from.IsNull ? 0 : SetWall(new Timespec { Seconds = time.Seconds, Nanoseconds = time.Microseconds * 1000 });
    }

    /// <summary>See <see cref="AzaleaCall.GetTicks"/>.</summary>
    [Syscall(AzaleaCall.GetTicks)]
    internal static long GetTicks() => Clock.Monotonic() / (Clock.Second / AzaleaCall.TicksPerSecond);

    /// <summary>time(2).</summary>
    [Syscall(201)]
    internal static long Time(UserPointer<long> to)
    {
        long seconds = Clock.Wall() / Clock.Second;
        return to.IsNull || to.TryWrite(seconds) ? seconds : -Errno.EFAULT;
    }

    /// <summary>clock_gettime(2).</summary>
    [Syscall(228)]
    internal static long GetTime(int clock, UserPointer<Timespec> to)
    {
        long result = Now(clock, out long now);
        return result < 0 ? result : to.TryWrite(ToTimespec(now)) ? 0 : -Errno.EFAULT;
    }

    /// <summary>clock_settime(2): CLOCK_REALTIME alone can be set, by root, which everybody is.</summary>
    [Syscall(227)]
    internal static long SetTime(int clock, UserPointer<Timespec> from)
    {
        if (clock != RealTime && clock >= 0)
        {
            return -Errno.EINVAL;
        }

        if (!from.TryRead(out Timespec time))
        {
            return -Errno.EFAULT;
        }

        return clock == RealTime ? SetWall(time) : Now(clock, out _) < 0 ? -Errno.EINVAL : -Errno.EPERM;
    }

    /// <summary>clock_getres(2): every clock is read from the time-stamp counter.</summary>
    [Syscall(229)]
    internal static long GetResolution(int clock, UserPointer<Timespec> to)
    {
        long result = Now(clock, out _);
        return result < 0 ? result : to.IsNull || to.TryWrite(new Timespec { Nanoseconds = 1 }) ? 0 : -Errno.EFAULT;
    }

    /// <summary>Whether a structure of an application is a span of time.</summary>
    internal static bool IsValid(in Timespec time) => time.Seconds >= 0 && (ulong)time.Nanoseconds < Clock.Second;

    /// <summary>Nanoseconds; as many as fit.</summary>
    internal static long ToNanoseconds(in Timespec time)
        => time.Seconds > (long.MaxValue / Clock.Second) - 1 ? long.MaxValue : (time.Seconds * Clock.Second) + time.Nanoseconds;

    /// <summary>The structure of an application.</summary>
    internal static Timespec ToTimespec(long nanoseconds)
        => new() { Seconds = nanoseconds / Clock.Second, Nanoseconds = nanoseconds % Clock.Second };

    /// <summary>The older structure of an application.</summary>
    internal static Timeval ToTimeval(long nanoseconds)
        => new() { Seconds = nanoseconds / Clock.Second, Microseconds = nanoseconds % Clock.Second / 1000 };

    /// <summary>What a clock shows.</summary>
    /// <param name="clock">A CLOCK_ number, or a negative one for the CPU time of a process or thread.</param>
    /// <param name="now">Nanoseconds.</param>
    /// <returns>0, or -EINVAL.</returns>
    internal static long Now(int clock, out long now)
    {
        now = 0;
        if (clock < 0)
        {
            return ProcessorTime(clock, out now);
        }

        if (clock < VdsoData.ClockCount)
        {
            if ((Clock.WallClocks >> clock & 1) != 0)
            {
                now = Clock.Wall();
                return 0;
            }

            if ((Clock.MonotonicClocks >> clock & 1) != 0)
            {
                now = Clock.Monotonic();
                return 0;
            }
        }

        switch (clock)
        {
            case ProcessTime:
                now = CpuTime.OfProcess();
                return 0;
            case ThreadTime:
                now = CpuTime.OfThread(Scheduler.Current);
                return 0;
            default:
                return -Errno.EINVAL;
        }
    }

    // Source: Linux, include/linux/posix-timers_types.h: the complement of the number above three bits, of which
    // one says that it is a thread's; kernel/time/posix-cpu-timers.c, pid_for_clock.
    private static long ProcessorTime(int clock, out long now)
    {
        const int KindMask = 3, Descriptor = 3, OfThread = 4, NumberShift = 3;
        now = 0;
        int number = ~(clock >> NumberShift);
        if ((clock & KindMask) == Descriptor)
        {
            return -Errno.EINVAL;
        }

        if ((clock & OfThread) == 0)
        {
            if (!Identity.IsSelf(number))
            {
                return -Errno.EINVAL;
            }

            now = CpuTime.OfProcess();
            return 0;
        }

        ThreadTable.Enter();
        Thread* thread = number == 0 ? Scheduler.Current : ThreadTable.Find(number);
        now = thread == null ? 0 : CpuTime.OfThread(thread);
        ThreadTable.Exit();
        return thread == null ? -Errno.EINVAL : 0;
    }

    private static long SetWall(in Timespec time)
    {
        // As in Linux, no time from which 30 years of running would lead beyond what fits (include/linux/time64.h).
        const long LatestSeconds = (long.MaxValue / Clock.Second) - (30L * 365 * 24 * 3600);
        if (!IsValid(time) || time.Seconds >= LatestSeconds || !Clock.TrySetWall(ToNanoseconds(time)))
        {
            return -Errno.EINVAL;
        }

        SleepCalls.WallClockWasSet();
        return 0;
    }
}
