using AzaleaOS.Abi;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>The semaphores of the paper's Table I.</summary>
internal static unsafe class SemaphoreCalls
{
    private const ulong PointInTime = 1UL << 63;
    private const long Millisecond = Cpu.Clock.Second / 1000;

    /// <summary>See <see cref="AzaleaCall.SemaphoreInitialize"/>.</summary>
    [Syscall(AzaleaCall.SemaphoreInitialize)]
    internal static long Initialize(ulong semaphore, uint count)
        => count > SemaphoreWord.Largest ? -Errno.EINVAL : Semaphore.Initialize(semaphore, count);

    /// <summary>See <see cref="AzaleaCall.SemaphoreDestroy"/>.</summary>
    [Syscall(AzaleaCall.SemaphoreDestroy)]
    internal static long Destroy(ulong semaphore) => Semaphore.Destroy(semaphore);

    /// <summary>See <see cref="AzaleaCall.SemaphoreWait"/>.</summary>
    [Syscall(AzaleaCall.SemaphoreWait)]
    internal static long Wait(ulong semaphore)
    {
        long result = Semaphore.Wait(semaphore, Scheduler.Never);
        return result == -Errno.ERESTARTSYS ? -Errno.ERESTARTNOINTR : result;
    }

    /// <summary>See <see cref="AzaleaCall.SemaphorePost"/>.</summary>
    [Syscall(AzaleaCall.SemaphorePost)]
    internal static long Post(ulong semaphore) => Semaphore.Post(semaphore);

    /// <summary>See <see cref="AzaleaCall.SemaphoreTimedWait"/>.</summary>
    [Syscall(AzaleaCall.SemaphoreTimedWait)]
    internal static long TimedWait(ulong semaphore, ulong time) => Wait(semaphore, time, -Errno.ERESTARTNOINTR);

    /// <summary>See <see cref="AzaleaCall.SemaphoreCancelableWait"/>.</summary>
    [Syscall(AzaleaCall.SemaphoreCancelableWait)]
    internal static long CancelableWait(ulong semaphore, ulong time) => Wait(semaphore, time, -Errno.ERESTARTNOHAND);

    /// <summary>Until when a wait lasts: monotonic nanoseconds, 0 for not at all, or <see cref="Scheduler.Never"/>.</summary>
    internal static long DeadlineOf(ulong time)
        => (time & PointInTime) != 0 ? Math.Max(1, (long)(time & ~PointInTime))
            : time >= AzaleaCall.Forever ? Scheduler.Never
            : Deadline.After((long)time * Millisecond);

    private static long Wait(ulong semaphore, ulong time, long interrupted)
    {
        long deadline = DeadlineOf(time);
        long result = Semaphore.Wait(semaphore, deadline);
        if (result != -Errno.ERESTARTSYS)
        {
            return result;
        }

        // The call is made again with what is in the frame: it must not begin its time anew.
        Scheduler.Current->EntryFrame->Rsi = PointInTime | (ulong)deadline;
        return interrupted;
    }
}
