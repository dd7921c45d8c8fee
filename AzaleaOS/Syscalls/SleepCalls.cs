using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Signals;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>Waiting for a time.</summary>
internal static unsafe class SleepCalls
{
    private const int Absolute = 1;

    // A sleep until a CPU time looks again this often at least.
    private const long ShortestNap = Clock.Second / 1000;

    private static WaitQueue s_wallSleepers;

    /// <summary>Nobody sleeps.</summary>
    internal static void Reset() => s_wallSleepers = default;

    /// <summary>nanosleep(2).</summary>
    [Syscall(35)]
    internal static long Sleep(UserPointer<Timespec> duration, UserPointer<Timespec> left)
        => Sleep(TimeCalls.Monotonic, 0, duration, left);

    /// <summary>clock_nanosleep(2).</summary>
    [Syscall(230)]
    internal static long Sleep(int clock, int flags, UserPointer<Timespec> until, UserPointer<Timespec> left)
    {
        // A thread's or process's clock is looked for last.
        long result = CanSleepBy(clock);
        if (result < 0 && clock >= 0)
        {
            return result;
        }

        if (!until.TryRead(out Timespec wanted))
        {
            return -Errno.EFAULT;
        }

        if (result < 0 || !TimeCalls.IsValid(wanted))
        {
            return -Errno.EINVAL;
        }

        long time = TimeCalls.ToNanoseconds(wanted);
        bool isAbsolute = (flags & Absolute) != 0;
        if (IsProcessorTime(clock))
        {
            return SleepForProcessor(clock, time, isAbsolute, left);
        }

        bool isWall = clock is TimeCalls.RealTime or TimeCalls.AtomicTime;
        if (isAbsolute && isWall)
        {
            return SleepUntilWall(time);
        }

        return isAbsolute
            ? WaitUntil(time) ? 0 : -Errno.ERESTARTNOHAND
            : SleepFor(Deadline.After(time), left.Address);
    }

    /// <summary>See <see cref="AzaleaCall.MillisecondSleep"/>.</summary>
    [Syscall(AzaleaCall.MillisecondSleep)]
    internal static long SleepMilliseconds(uint milliseconds) => SleepFor(Deadline.After(milliseconds * (Clock.Second / 1000)), 0);

    /// <summary>The wall clock was set: those who wait for a time of it look again.</summary>
    internal static void WallClockWasSet() => Queue->Wake();

    private static WaitQueue* Queue => (WaitQueue*)Unsafe.AsPointer(ref s_wallSleepers);

    private static bool IsProcessorTime(int clock) => clock is < 0 or TimeCalls.ProcessTime;

    // Source: Linux, kernel/time/posix-timers.c, posix_clocks: which clocks have nsleep; posix-cpu-timers.c, posix_cpu_nsleep.
    private static long CanSleepBy(int clock)
    {
        const int OwnThread = ~0 << 3 | 4 | 2;
        if (clock < 0)
        {
            return TimeCalls.Now(clock, out _) < 0 || clock == OwnThread || clock == (~Scheduler.Current->Id << 3 | 4 | 2) ? -Errno.EINVAL : 0;
        }

        return clock switch
        {
            TimeCalls.RealTime or TimeCalls.Monotonic or TimeCalls.BootTime or TimeCalls.AtomicTime or TimeCalls.ProcessTime => 0,
            > TimeCalls.AtomicTime or 10 => -Errno.EINVAL,
            _ => -Errno.EOPNOTSUPP,
        };
    }

    private static long SleepFor(long deadline, ulong left)
    {
        if (deadline == 0 || WaitUntil(deadline))
        {
            return 0;
        }

        long rest = deadline == Scheduler.Never ? Scheduler.Never : Deadline.Left(deadline);
        if (rest == 0)
        {
            return 0;
        }

        if (left != 0 && !UserMemory.TryWrite(left, TimeCalls.ToTimespec(rest)))
        {
            return -Errno.EFAULT;
        }

        RestartBlock* block = RestartBlock.Set(&GoOn);
        block->First = (ulong)deadline;
        block->Second = left;
        return -Errno.ERESTART_RESTARTBLOCK;
    }

    private static long GoOn(RestartBlock* block) => SleepFor((long)block->First, block->Second);

    /// <summary>Waits until the monotonic clock shows a time.</summary>
    /// <returns>False if a signal came first.</returns>
    private static bool WaitUntil(long deadline)
    {
        while (true)
        {
            Scheduler.Arm();
            if (deadline != Scheduler.Never && Clock.Monotonic() >= deadline)
            {
                Scheduler.Disarm();
                return true;
            }

            if (Scheduler.Block(deadline) == WakeReason.Interrupted)
            {
                return false;
            }
        }
    }

    private static long SleepUntilWall(long time)
    {
        WaitNode node;
        WaitNode.Init(&node, Scheduler.Current);
        Queue->Add(&node);
        long result = 0;
        while (true)
        {
            Scheduler.Arm();
            long wait = time - Clock.Wall();
            if (wait <= 0)
            {
                Scheduler.Disarm();
                break;
            }

            if (Scheduler.Block(Deadline.After(wait)) == WakeReason.Interrupted)
            {
                result = -Errno.ERESTARTNOHAND;
                break;
            }
        }

        Queue->Remove(&node);
        return result;
    }

    private static long SleepForProcessor(int clock, long time, bool isAbsolute, UserPointer<Timespec> left)
    {
        if (TimeCalls.Now(clock, out long now) < 0)
        {
            return -Errno.EINVAL;
        }

        return SleepUntilProcessor(clock, isAbsolute ? time : time > long.MaxValue - now ? long.MaxValue : now + time, isAbsolute ? ulong.MaxValue : left.Address);
    }

    private static long SleepUntilProcessor(int clock, long time, ulong left)
    {
        bool isAbsolute = left == ulong.MaxValue;
        while (true)
        {
            // The thread may end meanwhile: then there is nothing more to wait for, as in Linux.
            if (TimeCalls.Now(clock, out long now) < 0 || now >= time)
            {
                return 0;
            }

            // It cannot be sooner, however many cores the process has.
            long wait = Math.Max((time - now) / Cores.Count, ShortestNap);
            if (WaitUntil(Deadline.After(wait)))
            {
                continue;
            }

            if (isAbsolute)
            {
                return -Errno.ERESTARTNOHAND;
            }

            if (TimeCalls.Now(clock, out now) < 0 || now >= time)
            {
                return 0;
            }

            if (left != 0 && !UserMemory.TryWrite(left, TimeCalls.ToTimespec(time - now)))
            {
                return -Errno.EFAULT;
            }

            RestartBlock* block = RestartBlock.Set(&GoOnForProcessor);
            block->First = (ulong)(uint)clock;
            block->Second = (ulong)time;
            block->Third = left;
            return -Errno.ERESTART_RESTARTBLOCK;
        }
    }

    private static long GoOnForProcessor(RestartBlock* block) => SleepUntilProcessor((int)block->First, (long)block->Second, block->Third);
}
