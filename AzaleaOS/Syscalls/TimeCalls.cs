using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Clocks and waiting.</summary>
internal static class TimeCalls
{
    private const int RealTime = 0;
    private const int Monotonic = 1;
    private const int ProcessTime = 2;
    private const int ThreadTime = 3;
    private const int MonotonicRaw = 4;
    private const int RealTimeCoarse = 5;
    private const int MonotonicCoarse = 6;
    private const int BootTime = 7;

    // CLOCK_TAI is the last one with a number of its own.
    private const int Last = 11;

    /// <summary>gettimeofday(2). The time zone is UTC.</summary>
    [Syscall(96)]
    internal static long GetTimeOfDay(UserPointer<Timeval> to, UserPointer<ulong> zone)
    {
        long now = Clock.Wall();
        Timeval time = new() { Seconds = now / Clock.Second, Microseconds = now % Clock.Second / 1000 };
        return (to.IsNull || to.TryWrite(time)) && (zone.IsNull || zone.TryWrite(0)) ? 0 : -Errno.EFAULT;
    }

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

    /// <summary>clock_getres(2): every clock is read from the time-stamp counter.</summary>
    [Syscall(229)]
    internal static long GetResolution(int clock, UserPointer<Timespec> to)
    {
        long result = Now(clock, out _);
        return result < 0 ? result : to.IsNull || to.TryWrite(new Timespec { Nanoseconds = 1 }) ? 0 : -Errno.EFAULT;
    }

    /// <summary>nanosleep(2). Nothing interrupts it: there are no signals from outside.</summary>
    [Syscall(35)]
    internal static long Sleep(UserPointer<Timespec> duration, UserPointer<Timespec> left) => Sleep(Monotonic, 0, duration, left);

    /// <summary>clock_nanosleep(2).</summary>
    [Syscall(230)]
    internal static long Sleep(int clock, int flags, UserPointer<Timespec> until, UserPointer<Timespec> left)
    {
        const int Absolute = 1;
        if (clock is not (RealTime or Monotonic or BootTime or Last))
        {
            return clock is >= 0 and < Last ? -Errno.EOPNOTSUPP : -Errno.EINVAL;
        }

        if (!until.TryRead(out Timespec time))
        {
            return -Errno.EFAULT;
        }

        if (!IsValid(time))
        {
            return -Errno.EINVAL;
        }

        long wait = ToNanoseconds(time);
        if ((flags & Absolute) != 0)
        {
            Now(clock, out long now);
            wait = Math.Max(0, wait - now);
        }

        long start = Clock.Monotonic();
        Clock.WaitUntil(wait > long.MaxValue - start ? long.MaxValue : start + wait);
        return 0;
    }

    /// <summary>times(2): all time is the application's.</summary>
    [Syscall(100)]
    internal static long Times(UserPointer<ProcessTimes> to)
    {
        const long Tick = Clock.Second / 100;
        long ticks = Clock.Monotonic() / Tick;
        return to.IsNull || to.TryWrite(new ProcessTimes { User = ticks }) ? ticks : -Errno.EFAULT;
    }

    /// <summary>getrusage(2): all time is the application's; there are no children.</summary>
    [Syscall(98)]
    internal static long GetResourceUsage(int who, UserPointer<ResourceUsage> to)
    {
        const int Self = 0, Children = -1, Thread = 1;
        if (who is not (Self or Children or Thread))
        {
            return -Errno.EINVAL;
        }

        long now = who == Children ? 0 : Clock.Monotonic();
        ResourceUsage usage = new() { User = new Timeval { Seconds = now / Clock.Second, Microseconds = now % Clock.Second / 1000 } };
        return to.TryWrite(usage) ? 0 : -Errno.EFAULT;
    }

    /// <summary>Whether a structure of an application is a span of time.</summary>
    internal static bool IsValid(in Timespec time) => time.Seconds >= 0 && (ulong)time.Nanoseconds < Clock.Second;

    /// <summary>Nanoseconds; as many as fit.</summary>
    internal static long ToNanoseconds(in Timespec time)
        => time.Seconds > (long.MaxValue / Clock.Second) - 1 ? long.MaxValue : (time.Seconds * Clock.Second) + time.Nanoseconds;

    /// <summary>A structure for an application.</summary>
    internal static Timespec ToTimespec(long nanoseconds)
        => new() { Seconds = nanoseconds / Clock.Second, Nanoseconds = nanoseconds % Clock.Second };

    private static long Now(int clock, out long now)
    {
        switch (clock)
        {
            case RealTime or RealTimeCoarse or Last:
                now = Clock.Wall();
                return 0;
            case Monotonic or MonotonicRaw or MonotonicCoarse or BootTime or ProcessTime or ThreadTime:
                now = Clock.Monotonic();
                return 0;
            default:
                now = 0;
                return -Errno.EINVAL;
        }
    }
}
