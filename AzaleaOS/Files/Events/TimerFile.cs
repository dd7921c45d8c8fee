using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Threads;
using SpinLock = AzaleaOS.Diagnostics.SpinLock;

namespace AzaleaOS.Files.Events;

/// <summary>timerfd: a timer whose expirations are read.</summary>
/// <remarks>
/// As in Linux, the timer of an interval stands still after it fired until somebody reads: what was missed
/// meanwhile is computed. <see cref="_lock"/> guards all fields; it is a spin lock since the timer takes it when it fires.
/// Source: Linux, fs/timerfd.c; timerfd_create(2).
/// </remarks>
internal unsafe struct TimerFile
{
    private static SharedPool<TimerFile> s_pool;

    private SpinLock _lock;
    private KernelTimer _timer;
    private WaitQueue _readers;
    private WaitQueue _watchers;

    // Monotonic nanoseconds of the next expiration; Never when it is disarmed.
    private long _next;
    private long _interval;
    private ulong _ticks;
    private bool _hasExpired;
    private bool _isWall;

    /// <summary>Forgets all timers.</summary>
    internal static void Reset() => s_pool = default;

    /// <summary>Makes a disarmed timer; null when memory is exhausted.</summary>
    /// <param name="isWall">Its clock is the wall clock: CLOCK_REALTIME.</param>
    internal static TimerFile* Make(bool isWall)
    {
        TimerFile* timer = s_pool.Take();
        if (timer != null)
        {
            timer->_next = Scheduler.Never;
            timer->_isWall = isWall;
            timer->_timer.Fire = &Fire;
            timer->_timer.Context = timer;
        }

        return timer;
    }

    /// <summary>timerfd_settime.</summary>
    /// <param name="value">When, nanoseconds: a span, or a time of the clock; 0 disarms.</param>
    /// <param name="interval">How often from then on; 0 for once.</param>
    /// <param name="isAbsolute">TFD_TIMER_ABSTIME.</param>
    /// <param name="oldValue">Nanoseconds until it would have expired, 0 if it was disarmed.</param>
    /// <param name="oldInterval">Its interval.</param>
    internal void Set(long value, long interval, bool isAbsolute, out long oldValue, out long oldInterval)
    {
        fixed (TimerFile* self = &this)
        {
            Timers.Stop(&self->_timer);
            long now = Clock.Monotonic();
            long next = value == 0 ? Scheduler.Never : MonotonicOf(value, isAbsolute, now);
            _lock.Enter();
            Catch(now, isRead: false);
            oldValue = Left(now);
            oldInterval = _interval;
            _next = next;
            _interval = interval;
            _ticks = 0;
            _hasExpired = false;
            _lock.Exit();
            if (next != Scheduler.Never)
            {
                Timers.Start(&self->_timer, next);
            }
        }
    }

    /// <summary>timerfd_gettime.</summary>
    internal void Get(out long value, out long interval)
    {
        fixed (TimerFile* self = &this)
        {
            long now = Clock.Monotonic();
            _lock.Enter();
            bool isRestarted = Catch(now, isRead: false);
            value = Left(now);
            interval = _interval;
            long next = _next;
            _lock.Exit();
            if (isRestarted)
            {
                Timers.Start(&self->_timer, next);
            }
        }
    }

    /// <summary>Waits for an expiration and gives how many there were since the last read.</summary>
    internal static long Read(OpenFile* file, Transfer* transfer)
    {
        TimerFile* self = (TimerFile*)file->Data;
        if (transfer->Left < sizeof(ulong))
        {
            return -Errno.EINVAL;
        }

        ulong ticks;
        while ((ticks = self->TakeTicks()) == 0)
        {
            if (transfer->NonBlocking)
            {
                return -Errno.EAGAIN;
            }

            WaitNode node;
            WaitNode.Init(&node, Scheduler.Current);
            self->_readers.Add(&node);
            Scheduler.Arm();
            WakeReason reason = Volatile.Read(ref self->_ticks) != 0 ? WakeReason.Woken : Scheduler.Block();
            self->_readers.Remove(&node);
            if (reason == WakeReason.Interrupted)
            {
                return -Errno.ERESTARTSYS;
            }
        }

        return transfer->Put(&ticks, sizeof(ulong)) == sizeof(ulong) ? sizeof(ulong) : -Errno.EFAULT;
    }

    /// <summary>What poll says.</summary>
    internal static uint Poll(OpenFile* file, WaitNode* node)
    {
        TimerFile* self = (TimerFile*)file->Data;
        Blocking.Watch(&self->_watchers, node);
        return Volatile.Read(ref self->_ticks) != 0 ? PollEvents.In : 0;
    }

    /// <summary>Nobody has it open any more.</summary>
    internal static void Release(OpenFile* file)
    {
        TimerFile* self = (TimerFile*)file->Data;
        Timers.Stop(&self->_timer);
        Free(self);
    }

    /// <summary>Takes apart one that nobody has open and that is stopped.</summary>
    internal static void Free(TimerFile* timer) => s_pool.Return(timer);

    /// <summary>How often an interval ends between a first end and now, the first one included.</summary>
    /// <param name="first">When it ended first; not after now.</param>
    /// <param name="interval">Nanoseconds, more than 0.</param>
    /// <param name="now">Now.</param>
    internal static ulong Expirations(long first, long interval, long now) => ((ulong)(now - first) / (ulong)interval) + 1;

    private ulong TakeTicks()
    {
        fixed (TimerFile* self = &this)
        {
            _lock.Enter();
            bool isRestarted = Catch(Clock.Monotonic(), isRead: true);
            ulong ticks = _ticks;
            _ticks = 0;
            long next = _next;
            _lock.Exit();
            if (isRestarted)
            {
                Timers.Start(&self->_timer, next);
            }

            return ticks;
        }
    }

    // Counts what an interval that stood still since it fired has missed. True: the caller starts the timer again.
    private bool Catch(long now, bool isRead)
    {
        if (!_hasExpired)
        {
            return false;
        }

        if (_interval == 0)
        {
            // It was for once: after the read it is disarmed.
            _hasExpired = !isRead;
            _next = isRead ? Scheduler.Never : _next;
            return false;
        }

        ulong count = Expirations(_next, _interval, Math.Max(now, _next));
        _ticks += count - 1;
        _next = count > (ulong)((long.MaxValue - _next) / _interval) ? Scheduler.Never - 1 : _next + ((long)count * _interval);
        _hasExpired = false;
        return true;
    }

    private readonly long Left(long now) => _next == Scheduler.Never || _hasExpired ? 0 : Math.Max(1, _next - now);

    private readonly long MonotonicOf(long value, bool isAbsolute, long now)
    {
        if (isAbsolute)
        {
            return Math.Max(0, _isWall ? value - (Clock.Wall() - now) : value);
        }

        return value >= Scheduler.Never - 1 - now ? Scheduler.Never - 1 : now + value;
    }

    private static void Fire(KernelTimer* timer)
    {
        TimerFile* self = (TimerFile*)timer->Context;
        self->_lock.Enter();
        self->_hasExpired = true;
        Volatile.Write(ref self->_ticks, self->_ticks + 1);
        self->_lock.Exit();
        self->_readers.Wake();
        self->_watchers.Wake(PollEvents.In);
    }
}
