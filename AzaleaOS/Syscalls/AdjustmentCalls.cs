using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>How well the clock is kept. It can be asked for, and not changed: nothing here could keep it.</summary>
internal static class AdjustmentCalls
{
    // Source: Linux, include/linux/timex.h and kernel/time/ntp.c: a clock that nobody has synchronised.
    private const int Unsynchronised = 0x40;
    private const int TimeError = 5;
    private const long ErrorLimit = 16_000_000;
    private const long LargestFrequency = 500L << 16;
    private const uint ReadOffset = 0xa001;

    /// <summary>adjtimex(2).</summary>
    [Syscall(159)]
    internal static long Adjust(UserPointer<ClockAdjustment> buffer)
    {
        if (!buffer.TryRead(out ClockAdjustment wanted))
        {
            return -Errno.EFAULT;
        }

        if (wanted.Modes is not (0 or ReadOffset))
        {
            return -Errno.EPERM;
        }

        ClockAdjustment answer = new()
        {
            Modes = wanted.Modes,
            MaximumError = ErrorLimit,
            EstimatedError = ErrorLimit,
            Status = Unsynchronised,
            Constant = 2,
            Precision = 1,
            Tolerance = LargestFrequency,
            Time = TimeCalls.ToTimeval(Clock.Wall()),
            Tick = 10_000,
        };
        return buffer.TryWrite(answer) ? TimeError : -Errno.EFAULT;
    }

    /// <summary>clock_adjtime(2).</summary>
    [Syscall(305)]
    internal static long Adjust(int clock, UserPointer<ClockAdjustment> buffer)
        => clock == TimeCalls.RealTime ? Adjust(buffer) : TimeCalls.Now(clock, out _) < 0 ? -Errno.EINVAL : -Errno.EOPNOTSUPP;
}
