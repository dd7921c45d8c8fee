using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>Until when poll and its relatives wait: monotonic nanoseconds, 0 for not at all, or <see cref="Scheduler.Never"/>.</summary>
internal static class Deadline
{
    private const long Millisecond = Clock.Second / 1000;

    /// <summary>Of a span in milliseconds; a negative one never ends.</summary>
    internal static long OfMilliseconds(int milliseconds)
        => milliseconds < 0 ? Scheduler.Never : After(milliseconds * Millisecond);

    /// <summary>Of a span in nanoseconds.</summary>
    internal static long After(long nanoseconds)
    {
        if (nanoseconds == 0)
        {
            return 0;
        }

        long now = Clock.Monotonic();
        return nanoseconds >= Scheduler.Never - now ? Scheduler.Never : now + nanoseconds;
    }

    /// <summary>Of a span in the application's memory; none never ends.</summary>
    /// <returns>0, or -EFAULT, -EINVAL.</returns>
    internal static long Read(UserPointer<Timespec> timeout, out long deadline)
    {
        deadline = Scheduler.Never;
        if (timeout.IsNull)
        {
            return 0;
        }

        if (!timeout.TryRead(out Timespec span))
        {
            return -Errno.EFAULT;
        }

        if (!TimeCalls.IsValid(span))
        {
            return -Errno.EINVAL;
        }

        deadline = After(TimeCalls.ToNanoseconds(span));
        return 0;
    }

    /// <summary>Nanoseconds that are left.</summary>
    internal static long Left(long deadline) => Math.Max(0, deadline - Clock.Monotonic());
}
