using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Threads;

/// <summary>Waiting on a word of the application's memory until another thread says that it has changed.</summary>
/// <remarks>
/// A waiter looks at the word under the lock of its bucket and is queued before it gives the lock back; a waker
/// changes the word first and takes the lock then. So either the waiter sees the new value or the waker
/// sees the waiter. The word is read through <see cref="UserMemory"/>: a page fault there is repaired without
/// blocking. Source: futex(2); Linux, kernel/futex.
/// </remarks>
internal static unsafe class Futex
{
    /// <summary>Bits of FUTEX_WAIT and FUTEX_WAKE: all.</summary>
    internal const uint AnyBit = uint.MaxValue;

    /// <summary>Waits while a word has a value.</summary>
    /// <param name="address">The word: 4-byte aligned.</param>
    /// <param name="key">The same as a key.</param>
    /// <param name="value">The value.</param>
    /// <param name="bitset">Which wake-ups count; not 0.</param>
    /// <param name="deadline">Nanoseconds of the monotonic clock.</param>
    /// <returns>0, or -EFAULT, -EAGAIN when the word has another value, -ETIMEDOUT, -ERESTARTSYS.</returns>
    internal static long Wait(ulong address, FutexKey key, uint value, uint bitset, long deadline)
    {
        FutexWaiter waiter;
        long result = Enqueue(&waiter, address, key, value, bitset);
        return result < 0 ? result : Leave(&waiter, Scheduler.Block(deadline), deadline);
    }

    /// <summary><see cref="Wait"/> on a private futex without a deadline: the way of nearly all waits, without a vector register.</summary>
    /// <param name="address">The word: 4-byte aligned, in the application's half.</param>
    /// <param name="value">Its value.</param>
    /// <param name="bitset">Which wake-ups count; not 0.</param>
    [SkipLocalsInit]
    internal static long WaitForever(ulong address, uint value, uint bitset)
    {
        FutexWaiter waiter;
        long result = Enqueue(&waiter, address, FutexKey.Private(address), value, bitset);
        if (result < 0) return result;
        WakeReason reason = Scheduler.BlockForever();
        return Volatile.Read(ref *(nint*)&waiter.Bucket) == 0 ? 0 : Leave(&waiter, reason, Scheduler.Never);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Enqueue(FutexWaiter* waiter, ulong address, FutexKey key, uint value, uint bitset)
    {
        Prepare(waiter, key, bitset);
        FutexBucket* bucket = FutexTable.Bucket(key);
        bucket->Lock.Enter();
        long now = UserAccess.Load(address);
        if (now != value)
        {
            bucket->Lock.Exit();
            return now < 0 ? -Errno.EFAULT : -Errno.EAGAIN;
        }
        Interlocked.Exchange(ref waiter->Thread->Wake, WakeState.Armed);
        bucket->Add(waiter);
        bucket->Lock.Exit();
        return 0;
    }

    /// <summary>Ends a wait: takes the waiter off if nobody has woken it.</summary>
    /// <returns>0, or -ETIMEDOUT, -ERESTARTSYS.</returns>
    internal static long Leave(FutexWaiter* waiter, WakeReason reason, long deadline)
    {
        while (true)
        {
            if (Volatile.Read(ref *(nint*)&waiter->Bucket) == 0) return 0;
            if (reason != WakeReason.Woken)
            {
                return !TryLeave(waiter) ? 0 : reason == WakeReason.TimedOut ? -Errno.ETIMEDOUT : -Errno.ERESTARTSYS;
            }
            Scheduler.Arm();
            if (Volatile.Read(ref *(nint*)&waiter->Bucket) == 0)
            {
                Scheduler.Disarm();
                return 0;
            }
            reason = Scheduler.Block(deadline);
        }
    }

    /// <summary>Wakes some that wait on a futex, the oldest first.</summary>
    /// <returns>How many.</returns>
    internal static long Wake(FutexKey key, int count, uint bitset)
    {
        FutexBucket* bucket = FutexTable.Bucket(key);
        if (!bucket->Lock.TryEnter()) return WakeAny(bucket, key, count, bitset, isLocked: false);
        FutexWaiter* first = bucket->First;
        if (first == null)
        {
            bucket->Lock.Exit();
            return 0;
        }
        if (first->Next != null || first->Key.Value != key.Value || (first->Bitset & bitset) == 0 || first->IsPi)
        {
            return WakeAny(bucket, key, count, bitset, isLocked: true);
        }

        // One waiter, and it sleeps: what nearly all wake-ups find. Nothing here has to be kept over a call.
        Thread* thread = first->Thread;
        if (!Scheduler.TryTakeParked(thread)) return WakeAny(bucket, key, count, bitset, isLocked: true);
        bucket->Clear();
        Volatile.Write(ref *(nint*)&first->Bucket, 0);
        bucket->Lock.Exit();
        Scheduler.Deliver(thread, thread->Core);
        return 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long WakeAny(FutexBucket* bucket, FutexKey key, int count, uint bitset, bool isLocked)
    {
        WakeList list = default;
        if (!isLocked) bucket->Lock.Enter();
        long woken = WakeLocked(bucket, key, count, bitset, ref list);
        bucket->Lock.Exit();
        list.Deliver();
        return woken;
    }

    /// <summary>Wakes some, and moves others to another futex without waking them.</summary>
    /// <param name="address">The word of the first futex, for the comparison.</param>
    /// <param name="from">The futex.</param>
    /// <param name="to">The other one.</param>
    /// <param name="wakes">How many to wake.</param>
    /// <param name="moves">How many to move.</param>
    /// <param name="compares">Whether the word must have a value.</param>
    /// <param name="value">The value.</param>
    /// <returns>How many were woken and moved, or -EFAULT, -EAGAIN.</returns>
    internal static long Requeue(ulong address, FutexKey from, FutexKey to, int wakes, int moves, bool compares, uint value)
    {
        FutexBucket* source = FutexTable.Bucket(from);
        FutexBucket* target = FutexTable.Bucket(to);
        WakeList list = default;
        FutexTable.EnterBoth(source, target);
        long result = 0;
        if (compares)
        {
            bool isThere = UserMemory.TryLoad(address, out uint now);
            result = !isThere ? -Errno.EFAULT : now != value ? -Errno.EAGAIN : 0;
        }
        long moved = 0;
        if (result == 0)
        {
            result = WakeLocked(source, from, wakes, AnyBit, ref list);
            FutexWaiter* next;
            for (FutexWaiter* waiter = source->First; waiter != null && moved < moves; waiter = next)
            {
                next = waiter->Next;
                if (waiter->Key.Value != from.Value) continue;
                moved++;
                if (from.Value == to.Value) continue;
                source->Unlink(waiter);
                waiter->Key = to;
                target->Add(waiter);
            }
        }
        FutexTable.ExitBoth(source, target);
        list.Deliver();
        return result < 0 ? result : result + moved;
    }

    /// <summary>FUTEX_WAKE_OP: changes a second word, wakes those on the first, and those on the second if its old value compares.</summary>
    /// <returns>How many were woken, or -EFAULT, -ENOSYS for an unknown operation.</returns>
    internal static long WakeOperation(FutexKey first, ulong secondAddress, FutexKey second, int wakes, int secondWakes, uint operation)
    {
        FutexBucket* a = FutexTable.Bucket(first);
        FutexBucket* b = FutexTable.Bucket(second);
        WakeList list = default;
        FutexTable.EnterBoth(a, b);
        long result = FutexOperation.Apply(secondAddress, operation);
        if (result >= 0)
        {
            bool wakesSecond = result != 0;
            result = WakeLocked(a, first, wakes, AnyBit, ref list);
            if (wakesSecond) result += WakeLocked(b, second, secondWakes, AnyBit, ref list);
        }
        FutexTable.ExitBoth(a, b);
        list.Deliver();
        return result;
    }

    /// <summary>Fills in a waiter for the running thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Prepare(FutexWaiter* waiter, FutexKey key, uint bitset)
    {
        // One by one, for the vector registers' sake; the links are set when it is added.
        waiter->Thread = Scheduler.Current;
        waiter->Key = key;
        waiter->Bitset = bitset;
        waiter->IsPi = false;
        waiter->RequeueTo = default;
    }

    /// <summary>Takes a waiter off that nobody has woken.</summary>
    /// <returns>False if somebody has.</returns>
    internal static bool TryLeave(FutexWaiter* waiter)
    {
        while (true)
        {
            FutexBucket* bucket = (FutexBucket*)Volatile.Read(ref *(nint*)&waiter->Bucket);
            if (bucket == null) return false;
            bucket->Lock.Enter();
            bool isHere = waiter->Bucket == bucket;
            if (isHere)
            {
                bucket->Unlink(waiter);
                waiter->Bucket = null;
            }
            bucket->Lock.Exit();
            if (isHere) return true;
        }
    }

    /// <summary>Takes a waiter off that is in a locked bucket, to wake its thread. The waiter's memory is gone afterwards.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Release(FutexBucket* bucket, FutexWaiter* waiter, ref WakeList list)
    {
        Thread* thread = waiter->Thread;
        bucket->Unlink(waiter);
        Volatile.Write(ref *(nint*)&waiter->Bucket, 0);
        list.Add(thread);
    }

    private static long WakeLocked(FutexBucket* bucket, FutexKey key, int count, uint bitset, ref WakeList list)
    {
        long woken = 0;
        FutexWaiter* next;
        for (FutexWaiter* waiter = bucket->First; waiter != null && woken < count; waiter = next)
        {
            next = waiter->Next;
            if (waiter->Key.Value != key.Value || (waiter->Bitset & bitset) == 0 || waiter->IsPi) continue;
            Release(bucket, waiter, ref list);
            woken++;
        }
        return woken;
    }
}
