using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Threads;
using Mutex = AzaleaOS.Threads.Mutex;

namespace AzaleaOS.Files.Events;

/// <summary>eventfd: a number that threads add to and wait for.</summary>
/// <remarks>
/// <see cref="_lock"/> guards the number; poll reads it without.
/// Source: Linux, fs/eventfd.c; eventfd(2).
/// </remarks>
internal unsafe struct EventCounter
{
    /// <summary>EFD_SEMAPHORE.</summary>
    internal const uint Semaphore = 1;

    private const ulong Most = ulong.MaxValue - 1;

    private static SharedPool<EventCounter> s_pool;

    private Mutex _lock;
    private WaitQueue _readers;
    private WaitQueue _writers;
    private WaitQueue _watchers;
    private ulong _value;
    private bool _isSemaphore;

    /// <summary>Forgets all counters.</summary>
    internal static void Reset() => s_pool = default;

    /// <summary>Makes a counter; null when memory is exhausted.</summary>
    internal static EventCounter* Make(uint value, bool isSemaphore)
    {
        EventCounter* counter = s_pool.Take();
        if (counter != null)
        {
            counter->_value = value;
            counter->_isSemaphore = isSemaphore;
        }

        return counter;
    }

    /// <summary>Waits until the number is not zero, gives it and makes it zero; a semaphore gives and takes 1.</summary>
    internal static long Read(OpenFile* file, Transfer* transfer)
    {
        EventCounter* self = (EventCounter*)file->Data;
        if (transfer->Left < sizeof(ulong))
        {
            return -Errno.EINVAL;
        }

        self->_lock.Enter();
        while (self->_value == 0)
        {
            long result = Wait(transfer, self, &self->_readers);
            if (result < 0)
            {
                self->_lock.Exit();
                return result;
            }
        }

        ulong value = self->_isSemaphore ? 1 : self->_value;
        self->_value -= value;
        bool isLeft = self->_value != 0;
        self->_lock.Exit();
        Blocking.TellOne(&self->_writers);
        Blocking.Tell(&self->_watchers, PollEvents.Out);
        if (isLeft)
        {
            Blocking.TellOne(&self->_readers);
        }

        return transfer->Put(&value, sizeof(ulong)) == sizeof(ulong) ? sizeof(ulong) : -Errno.EFAULT;
    }

    /// <summary>Adds to the number; waits while the sum would be too large.</summary>
    internal static long Write(OpenFile* file, Transfer* transfer)
    {
        EventCounter* self = (EventCounter*)file->Data;
        if (transfer->Left != sizeof(ulong))
        {
            return -Errno.EINVAL;
        }

        ulong value;
        if (transfer->Take(&value, sizeof(ulong)) != sizeof(ulong))
        {
            return -Errno.EFAULT;
        }

        if (value == ulong.MaxValue)
        {
            return -Errno.EINVAL;
        }

        self->_lock.Enter();
        while (Most - self->_value < value)
        {
            long result = Wait(transfer, self, &self->_writers);
            if (result < 0)
            {
                self->_lock.Exit();
                return result;
            }
        }

        self->_value += value;
        bool isRoomLeft = self->_value < Most;
        self->_lock.Exit();
        Blocking.TellOne(&self->_readers);
        Blocking.Tell(&self->_watchers, PollEvents.In);
        if (isRoomLeft)
        {
            Blocking.TellOne(&self->_writers);
        }

        return sizeof(ulong);
    }

    /// <summary>What poll says.</summary>
    internal static uint Poll(OpenFile* file, WaitNode* node)
    {
        EventCounter* self = (EventCounter*)file->Data;
        Blocking.Watch(&self->_watchers, node);
        ulong value = Volatile.Read(ref self->_value);
        return (value != 0 ? PollEvents.In : 0) | (value < Most ? PollEvents.Out : 0);
    }

    /// <summary>Nobody has it open any more.</summary>
    internal static void Release(OpenFile* file) => Free((EventCounter*)file->Data);

    /// <summary>Takes apart one that nobody has open.</summary>
    internal static void Free(EventCounter* counter) => s_pool.Return(counter);

    private static long Wait(Transfer* transfer, EventCounter* self, WaitQueue* queue)
        => transfer->NonBlocking ? -Errno.EAGAIN
            : Blocking.Wait(queue, &self->_lock, Scheduler.Never) == WakeReason.Interrupted ? -Errno.ERESTARTSYS
            : 0;
}
