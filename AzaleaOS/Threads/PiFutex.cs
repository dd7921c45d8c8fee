using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Threads;

/// <summary>Locks whose word holds the owner's thread id, and which the kernel hands from owner to waiter.</summary>
/// <remarks>
/// The waiter of the highest priority gets the lock; among equals the oldest. The owner's own priority is not
/// raised: every waiter has a core or a turn, and no thread waits behind a tick of a lower one for longer
/// than a slice. Source: futex(2), Priority-inheritance futexes; Linux, kernel/futex/pi.c.
/// </remarks>
internal static unsafe class PiFutex
{
    /// <summary>FUTEX_WAITERS.</summary>
    internal const uint Waiters = 0x8000_0000;

    /// <summary>FUTEX_OWNER_DIED.</summary>
    internal const uint OwnerDied = 0x4000_0000;

    /// <summary>FUTEX_TID_MASK.</summary>
    internal const uint OwnerMask = 0x3fff_ffff;

    /// <summary>Takes the lock, or waits until it is handed over.</summary>
    /// <param name="address">The word.</param>
    /// <param name="key">The same as a key.</param>
    /// <param name="waits">False for FUTEX_TRYLOCK_PI.</param>
    /// <param name="deadline">Nanoseconds of the monotonic clock.</param>
    /// <returns>0, or -EFAULT, -EDEADLK, -ESRCH, -EINVAL, -EAGAIN, -ETIMEDOUT, -ERESTARTNOINTR.</returns>
    internal static long Lock(ulong address, FutexKey key, bool waits, long deadline)
    {
        FutexWaiter waiter;
        Futex.Prepare(&waiter, key, Futex.AnyBit);
        waiter.IsPi = true;
        waiter.PiAddress = address;
        FutexBucket* bucket = FutexTable.Bucket(key);
        bucket->Lock.Enter();
        long result = TryTake(bucket, address, key, waiter.Thread, waits);
        if (result != -Errno.EINPROGRESS)
        {
            bucket->Lock.Exit();
            return result;
        }
        Scheduler.Arm();
        bucket->Add(&waiter);
        bucket->Lock.Exit();
        return WaitForHandOver(&waiter, deadline);
    }

    /// <summary>Hands the lock to the next waiter, or frees it.</summary>
    /// <returns>0, or -EFAULT, -EPERM when another thread holds it, -EAGAIN.</returns>
    internal static long Unlock(ulong address, FutexKey key)
    {
        FutexBucket* bucket = FutexTable.Bucket(key);
        WakeList list = default;
        bucket->Lock.Enter();
        long result = !UserMemory.TryLoad(address, out uint word) ? -Errno.EFAULT
            : (word & OwnerMask) != (uint)Scheduler.Current->Id ? -Errno.EPERM
            : HandOver(bucket, address, key, word, diedFlag: 0, ref list);
        bucket->Lock.Exit();
        list.Deliver();
        return result;
    }

    /// <summary>The owner of a robust lock has died: the next waiter gets it, marked.</summary>
    internal static void OwnerHasDied(ulong address, FutexKey key)
    {
        FutexBucket* bucket = FutexTable.Bucket(key);
        WakeList list = default;
        bucket->Lock.Enter();
        if (UserMemory.TryLoad(address, out uint word)) HandOver(bucket, address, key, word, OwnerDied, ref list);
        bucket->Lock.Exit();
        list.Deliver();
    }

    /// <summary>FUTEX_WAIT_REQUEUE_PI: waits on a word until it is moved to a lock, and then for the lock.</summary>
    internal static long WaitForRequeue(ulong address, FutexKey key, uint value, uint bitset, ulong lockAddress, FutexKey lockKey, long deadline)
    {
        FutexWaiter waiter;
        Futex.Prepare(&waiter, key, bitset);
        waiter.RequeueTo = lockKey;
        waiter.PiAddress = lockAddress;
        FutexBucket* bucket = FutexTable.Bucket(key);
        bucket->Lock.Enter();
        bool isThere = UserMemory.TryLoad(address, out uint now);
        if (!isThere || now != value)
        {
            bucket->Lock.Exit();
            return isThere ? -Errno.EAGAIN : -Errno.EFAULT;
        }
        Scheduler.Arm();
        bucket->Add(&waiter);
        bucket->Lock.Exit();
        long result = WaitForHandOver(&waiter, deadline);

        // As in Linux: a signal before the move restarts nothing, since the word has changed meanwhile.
        return result == -Errno.ERESTARTNOINTR && !waiter.IsPi ? -Errno.EAGAIN : result;
    }

    /// <summary>FUTEX_CMP_REQUEUE_PI: gives the lock to the first waiter if it is free, and moves others to it.</summary>
    /// <returns>How many were woken or moved, or -EFAULT, -EAGAIN, -EINVAL.</returns>
    internal static long Requeue(ulong address, FutexKey from, ulong lockAddress, FutexKey to, int moves, uint value)
    {
        FutexBucket* source = FutexTable.Bucket(from);
        FutexBucket* target = FutexTable.Bucket(to);
        WakeList list = default;
        FutexTable.EnterBoth(source, target);
        long result = !UserMemory.TryLoad(address, out uint now) ? -Errno.EFAULT : now != value ? -Errno.EAGAIN : 0;
        long handled = 0;
        FutexWaiter* next;
        for (FutexWaiter* waiter = source->First; result == 0 && waiter != null && handled <= moves; waiter = next)
        {
            next = waiter->Next;
            if (waiter->Key.Value != from.Value) continue;
            if (waiter->RequeueTo.Value != to.Value)
            {
                result = -Errno.EINVAL;
                break;
            }
            result = TryTake(target, lockAddress, to, waiter->Thread, waits: true);
            if (result == 0)
            {
                waiter->IsPi = true;
                Futex.Release(source, waiter, ref list);
            }
            else if (result == -Errno.EINPROGRESS)
            {
                result = 0;
                source->Unlink(waiter);
                waiter->IsPi = true;
                waiter->Key = to;
                target->Add(waiter);
            }
            else
            {
                break;
            }
            handled++;
        }
        FutexTable.ExitBoth(source, target);
        list.Deliver();
        return result < 0 ? result : handled;
    }

    /// <summary>Waits until the lock was handed over, which takes the waiter off.</summary>
    private static long WaitForHandOver(FutexWaiter* waiter, long deadline)
    {
        while (true)
        {
            WakeReason reason = Scheduler.Block(deadline);
            if (reason != WakeReason.Woken)
            {
                if (!Futex.TryLeave(waiter)) return 0;
                return reason == WakeReason.TimedOut ? -Errno.ETIMEDOUT : -Errno.ERESTARTNOINTR;
            }
            Scheduler.Arm();
            if (Volatile.Read(ref *(nint*)&waiter->Bucket) != 0) continue;
            Scheduler.Disarm();
            return 0;
        }
    }

    /// <summary>Takes the lock for a thread if it is free, else announces a waiter. Under the bucket's lock.</summary>
    /// <returns>0; -EINPROGRESS when the thread has to wait; an error.</returns>
    private static long TryTake(FutexBucket* bucket, ulong address, FutexKey key, Thread* thread, bool waits)
    {
        uint id = (uint)thread->Id;
        if (!UserMemory.TryLoad(address, out uint word)) return -Errno.EFAULT;
        while (true)
        {
            uint owner = word & OwnerMask;
            if (owner == id) return -Errno.EDEADLK;
            bool isFree = owner == 0;

            uint wanted = isFree ? id | (word & OwnerDied) | (HasWaiter(bucket, key) ? Waiters : 0) : word | Waiters;
            uint expected = word;
            if (!UserMemory.TryCompareExchange(address, expected, wanted, out word)) return -Errno.EFAULT;
            if (word != expected) continue;

            // As in Linux a waiter is announced first, also by one who only tries.
            return isFree ? 0 : !IsAlive((int)owner) ? -Errno.ESRCH : waits ? -Errno.EINPROGRESS : -Errno.EAGAIN;
        }
    }

    private static long HandOver(FutexBucket* bucket, ulong address, FutexKey key, uint word, uint diedFlag, ref WakeList list)
    {
        FutexWaiter* next = FindWaiter(bucket->First, key);
        while (true)
        {
            bool hasMore = next != null && FindWaiter(next->Next, key) != null;
            uint wanted = (next == null ? 0 : (uint)next->Thread->Id) | (hasMore ? Waiters : 0) | diedFlag;
            uint expected = word;
            if (!UserMemory.TryCompareExchange(address, expected, wanted, out word)) return -Errno.EFAULT;
            if (word == expected) break;
            // Only the waiters' bit may change under the owner.
            if (((word ^ expected) & OwnerMask) != 0) return -Errno.EAGAIN;
        }
        if (next != null) Futex.Release(bucket, next, ref list);
        return 0;
    }

    private static bool HasWaiter(FutexBucket* bucket, FutexKey key) => FindWaiter(bucket->First, key) != null;

    private static FutexWaiter* FindWaiter(FutexWaiter* from, FutexKey key)
    {
        while (from != null && (from->Key.Value != key.Value || !from->IsPi)) from = from->Next;
        return from;
    }

    private static bool IsAlive(int id)
    {
        ThreadTable.Enter();
        bool isAlive = ThreadTable.Find(id) != null;
        ThreadTable.Exit();
        return isAlive;
    }
}
