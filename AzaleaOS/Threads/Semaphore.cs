using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Threads;

/// <summary>Semaphores in the application's memory: see <see cref="AzaleaCall"/> and <see cref="SemaphoreWord"/>.</summary>
/// <remarks>
/// Those who wait are in the futex bucket of the word's address, under a key that no futex has. The word counts more than 0 only
/// while nobody waits: whoever posts looks for a waiter and counts up under the bucket's lock, and whoever finds 0 looks again and
/// queues under it. Counting down needs no lock.
/// </remarks>
internal static unsafe class Semaphore
{
    /// <summary>Makes a word a semaphore.</summary>
    /// <returns>0, or -EINVAL, -EFAULT, -EBUSY.</returns>
    internal static long Initialize(ulong address, uint count) => Replace(address, SemaphoreWord.Of(count), mustBeLive: false);

    /// <summary>Makes a word no semaphore.</summary>
    /// <returns>0, or -EINVAL, -EFAULT, -EBUSY.</returns>
    internal static long Destroy(ulong address) => Replace(address, SemaphoreWord.None, mustBeLive: true);

    /// <summary>Takes one, waiting for it.</summary>
    /// <param name="address">Of the word.</param>
    /// <param name="deadline">Nanoseconds of the monotonic clock; 0 does not wait.</param>
    /// <returns>0, or -EINVAL, -EFAULT, -ETIMEDOUT, -ERESTARTSYS.</returns>
    [SkipLocalsInit]
    internal static long Wait(ulong address, long deadline)
    {
        long result = Check(address);
        if (result == 0) result = TryTake(address);
        if (result != -Errno.EAGAIN) return result;
        if (deadline == 0) return -Errno.ETIMEDOUT;

        FutexWaiter waiter;
        FutexKey key = FutexKey.Semaphore(address);
        Futex.Prepare(&waiter, key, Futex.AnyBit);
        FutexBucket* bucket = FutexTable.Bucket(key);
        bucket->Lock.Enter();
        result = TryTake(address);
        if (result != -Errno.EAGAIN)
        {
            bucket->Lock.Exit();
            return result;
        }
        Scheduler.Arm();
        bucket->Add(&waiter);
        bucket->Lock.Exit();
        return Futex.Leave(&waiter, Scheduler.Block(deadline), deadline);
    }

    /// <summary>Hands one to the first who waits, or counts up.</summary>
    /// <returns>0, or -EINVAL, -EFAULT, -EOVERFLOW.</returns>
    [SkipLocalsInit]
    internal static long Post(ulong address)
    {
        long result = Check(address);
        if (result < 0) return result;

        FutexKey key = FutexKey.Semaphore(address);
        FutexBucket* bucket = FutexTable.Bucket(key);
        bucket->Lock.Enter();
        FutexWaiter* waiter = Find(bucket, key);
        if (waiter != null)
        {
            // A semaphore that the program has overwritten is none, even if somebody waits.
            result = Read(address, out _);
            if (result < 0)
            {
                bucket->Lock.Exit();
                return result;
            }
            Thread* thread = waiter->Thread;
            bucket->Unlink(waiter);
            System.Threading.Volatile.Write(ref *(nint*)&waiter->Bucket, 0);
            Scheduler.Claim(thread, out bool isParked);
            bucket->Lock.Exit();
            if (isParked) Scheduler.Deliver(thread, thread->Core);
            return 0;
        }
        do
        {
            result = Read(address, out SemaphoreWord word);
            if (result == 0) result = word.Count == SemaphoreWord.Largest ? -Errno.EOVERFLOW : Exchange(address, word, word.More());
        }
        while (result == -Errno.EAGAIN);
        bucket->Lock.Exit();
        return result;
    }

    private static long Replace(ulong address, SemaphoreWord desired, bool mustBeLive)
    {
        long result = Check(address);
        if (result < 0) return result;

        FutexKey key = FutexKey.Semaphore(address);
        FutexBucket* bucket = FutexTable.Bucket(key);
        bucket->Lock.Enter();
        do
        {
            result = Read(address, out SemaphoreWord word);
            if (result == -Errno.EINVAL && !mustBeLive) result = 0;
            if (result == 0) result = Find(bucket, key) != null ? -Errno.EBUSY : Exchange(address, word, desired);
        }
        while (result == -Errno.EAGAIN);
        bucket->Lock.Exit();
        return result;
    }

    private static FutexWaiter* Find(FutexBucket* bucket, FutexKey key)
    {
        FutexWaiter* waiter = bucket->First;
        while (waiter != null && waiter->Key.Value != key.Value) waiter = waiter->Next;
        return waiter;
    }

    // -EAGAIN when there is none.
    private static long TryTake(ulong address)
    {
        while (true)
        {
            long result = Read(address, out SemaphoreWord word);
            if (result == 0) result = word.Count == 0 ? -Errno.EAGAIN : Exchange(address, word, word.Less());
            if (result != -Errno.EAGAIN || word.Count == 0) return result;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Check(ulong address)
        => address % sizeof(uint) != 0 ? -Errno.EINVAL : !UserMemory.IsInside(address, sizeof(uint)) ? -Errno.EFAULT : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Read(ulong address, out SemaphoreWord word)
    {
        long value = UserAccess.Load(address);
        word = new SemaphoreWord((uint)value);
        return value < 0 ? -Errno.EFAULT : word.IsLive ? 0 : -Errno.EINVAL;
    }

    // -EAGAIN when the word has changed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Exchange(ulong address, SemaphoreWord expected, SemaphoreWord desired)
    {
        long was = UserAccess.CompareExchange(address, expected.Value, desired.Value);
        return was == expected.Value ? 0 : was < 0 ? -Errno.EFAULT : -Errno.EAGAIN;
    }
}
