using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Threads;

/// <summary>Waiting on several futexes at once.</summary>
internal static unsafe class FutexVector
{
    /// <summary>FUTEX_WAITV_MAX.</summary>
    internal const int Limit = 128;

    /// <summary>Waits while each word has its value.</summary>
    /// <param name="waiters">One for each word; <see cref="FutexWaiter.PiAddress"/> is its address, <see cref="FutexWaiter.Key"/> its key.</param>
    /// <param name="values">The values.</param>
    /// <param name="count">How many; at least one.</param>
    /// <param name="deadline">Nanoseconds of the monotonic clock.</param>
    /// <returns>The index of one that was woken, or -EFAULT, -EAGAIN, -ETIMEDOUT, -ERESTARTSYS.</returns>
    internal static long Wait(FutexWaiter* waiters, uint* values, int count, long deadline)
    {
        Scheduler.Arm();
        for (int i = 0; i < count; i++)
        {
            FutexBucket* bucket = FutexTable.Bucket(waiters[i].Key);
            bucket->Lock.Enter();
            bool isThere = UserMemory.TryLoad(waiters[i].PiAddress, out uint now);
            if (isThere && now == values[i]) bucket->Add(waiters + i);
            bucket->Lock.Exit();
            if (isThere && now == values[i]) continue;

            Scheduler.Disarm();
            int early = LeaveAll(waiters, i);
            return early >= 0 ? early : isThere ? -Errno.EAGAIN : -Errno.EFAULT;
        }

        while (true)
        {
            WakeReason reason = Scheduler.Block(deadline);
            if (reason == WakeReason.Woken && !IsAnyWoken(waiters, count))
            {
                Scheduler.Arm();
                if (!IsAnyWoken(waiters, count)) continue;
                Scheduler.Disarm();
            }
            int woken = LeaveAll(waiters, count);
            return woken >= 0 ? woken : reason == WakeReason.TimedOut ? -Errno.ETIMEDOUT : -Errno.ERESTARTSYS;
        }
    }

    private static bool IsAnyWoken(FutexWaiter* waiters, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (Volatile.Read(ref *(nint*)&waiters[i].Bucket) == 0) return true;
        }
        return false;
    }

    /// <summary>Takes all off.</summary>
    /// <returns>The last one that somebody had woken, or -1.</returns>
    private static int LeaveAll(FutexWaiter* waiters, int count)
    {
        int woken = -1;
        for (int i = 0; i < count; i++)
        {
            if (!Futex.TryLeave(waiters + i)) woken = i;
        }
        return woken;
    }
}
