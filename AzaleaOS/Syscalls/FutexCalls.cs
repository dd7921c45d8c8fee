using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>futex(2), decoded.</summary>
internal static unsafe class FutexCalls
{
    // FUTEX_FD, which Linux took away.
    private const FutexCommand UnusedCommand = (FutexCommand)2;

    /// <summary>futex(2).</summary>
    [Syscall(202)]
    internal static long Operate(ulong address, FutexCommand operation, uint value, ulong timeout, ulong second, uint third)
    {
        // What nearly all calls are, without looking at more than they need.
        if (address % sizeof(uint) == 0 && address <= AddressSpace.Highest - sizeof(uint))
        {
            if (operation == (FutexCommand.Wake | FutexCommand.Private))
            {
                return Futex.Wake(FutexKey.Private(address), Count(value), Futex.AnyBit);
            }

            if (operation == (FutexCommand.WaitBitset | FutexCommand.Private | FutexCommand.RealTime) && timeout == 0 && third != 0)
            {
                return Futex.WaitForever(address, value, third);
            }

            if (operation == (FutexCommand.Wait | FutexCommand.Private) && timeout == 0)
            {
                return Futex.WaitForever(address, value, Futex.AnyBit);
            }
        }

        return DecodeApart(address, operation, value, timeout, second, third);
    }

    // So that the fast ways above need not keep the vector registers that some of these may change.
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SkipLocalsInit]
    private static long DecodeApart(ulong address, FutexCommand operation, uint value, ulong timeout, ulong second, uint third)
    {
        ulong* call = stackalloc ulong[7];
        call[0] = address;
        call[1] = (ulong)operation;
        call[2] = value;
        call[3] = timeout;
        call[4] = second;
        call[5] = third;
        ColdCall.Invoke(&Decode, call);
        return (long)call[6];
    }

    private static void Decode(void* arguments)
    {
        ulong* call = (ulong*)arguments;
        call[6] = (ulong)Decode(call[0], (FutexCommand)call[1], (uint)call[2], call[3], call[4], (uint)call[5]);
    }

    private static long Decode(ulong address, FutexCommand operation, uint value, ulong timeout, ulong second, uint third)
    {
        FutexCommand command = operation & FutexCommand.Mask;
        bool isPrivate = (operation & FutexCommand.Private) != 0;
        bool isRealTime = (operation & FutexCommand.RealTime) != 0;
        long deadline = Scheduler.Never;
        if (timeout != 0 && command is FutexCommand.Wait or FutexCommand.WaitBitset or FutexCommand.LockPi or FutexCommand.LockPi2 or FutexCommand.WaitRequeuePi)
        {
            // FUTEX_WAIT takes a span, all others a point in time; FUTEX_LOCK_PI always that of the wall clock.
            long result = ReadDeadline(timeout, command == FutexCommand.Wait, isRealTime || command == FutexCommand.LockPi, out deadline);
            if (result < 0)
            {
                return result;
            }
        }

        bool takesClock = command is FutexCommand.WaitBitset or FutexCommand.WaitRequeuePi or FutexCommand.LockPi2;
        if (command is UnusedCommand or > FutexCommand.LockPi2 || (isRealTime && !takesClock))
        {
            return -Errno.ENOSYS;
        }

        long early = CheckNumbers(command, address, second, value, (int)timeout, third);
        early = early < 0 ? early : Find(address, isPrivate);
        if (early < 0)
        {
            return early;
        }

        FutexKey key = KeyOf(address, isPrivate);
        switch (command)
        {
            case FutexCommand.Wait:
                return Restarting(Futex.Wait(address, key, value, Futex.AnyBit, deadline), timeout);
            case FutexCommand.WaitBitset:
                return Restarting(Futex.Wait(address, key, value, third, deadline), timeout);
            case FutexCommand.Wake:
                return Futex.Wake(key, Count(value), Futex.AnyBit);
            case FutexCommand.WakeBitset:
                return Futex.Wake(key, Count(value), third);
            case FutexCommand.LockPi or FutexCommand.LockPi2:
                return PiFutex.Lock(address, key, waits: true, deadline);
            case FutexCommand.TryLockPi:
                return PiFutex.Lock(address, key, waits: false, deadline);
            case FutexCommand.UnlockPi:
                return PiFutex.Unlock(address, key);
        }

        early = Find(second, isPrivate);
        if (early < 0)
        {
            return early;
        }

        FutexKey other = KeyOf(second, isPrivate);
        int limit = (int)timeout;
        switch (command)
        {
            case FutexCommand.Requeue or FutexCommand.CompareRequeue:
                return Futex.Requeue(address, key, other, (int)value, limit, command == FutexCommand.CompareRequeue, third);
            case FutexCommand.WakeOperation:
                return Futex.WakeOperation(key, second, other, Count(value), Count((uint)limit), third);
            case FutexCommand.WaitRequeuePi:
                return key.Value == other.Value ? -Errno.EINVAL
                    : PiFutex.WaitForRequeue(address, key, value, Futex.AnyBit, second, other, deadline);
            default:
                return key.Value == other.Value ? -Errno.EINVAL
                    : PiFutex.Requeue(address, key, second, other, limit, third);
        }
    }

    /// <summary>What is looked at before the words are: kernel/futex, futex_wake, futex_requeue, futex_unlock_pi.</summary>
    private static long CheckNumbers(FutexCommand command, ulong address, ulong second, uint value, int limit, uint bits)
    {
        switch (command)
        {
            case FutexCommand.WaitBitset or FutexCommand.WakeBitset:
                return bits == 0 ? -Errno.EINVAL : 0;
            case FutexCommand.Requeue or FutexCommand.CompareRequeue:
                return (int)value < 0 || limit < 0 ? -Errno.EINVAL : 0;
            case FutexCommand.CompareRequeuePi:
                return value != 1 || limit < 0 || address == second ? -Errno.EINVAL : 0;
            case FutexCommand.WaitRequeuePi:
                return address == second ? -Errno.EINVAL : 0;
            case FutexCommand.UnlockPi:
                return !UserMemory.TryRead(address, out uint word) ? -Errno.EFAULT
                    : (word & PiFutex.OwnerMask) != (uint)Scheduler.Current->Id ? -Errno.EPERM : 0;
            default:
                return 0;
        }
    }

    // A shared futex is found by its page, which has to be there.
    private static long Find(ulong address, bool isPrivate)
        => address % sizeof(uint) != 0 ? -Errno.EINVAL
            : !UserMemory.IsInside(address, sizeof(uint)) || (!isPrivate && !UserMemory.TryLoad(address, out _)) ? -Errno.EFAULT
            : 0;

    /// <summary>futex_waitv(2).</summary>
    /// <returns>The index of one that was woken.</returns>
    [Syscall(449)]
    internal static long WaitForAny(UserPointer<FutexWaitEntry> entries, uint count, uint flags, ulong timeout, int clock)
    {
        const int RealTimeClock = 0, MonotonicClock = 1;
        if (flags != 0 || count is 0 or > FutexVector.Limit || entries.IsNull)
        {
            return -Errno.EINVAL;
        }

        long deadline = Scheduler.Never;
        if (timeout != 0)
        {
            long result = clock is RealTimeClock or MonotonicClock
                ? ReadDeadline(timeout, isSpan: false, clock == RealTimeClock, out deadline)
                : -Errno.EINVAL;
            if (result < 0)
            {
                return result;
            }
        }

        FutexWaiter* waiters = stackalloc FutexWaiter[(int)count];
        uint* values = stackalloc uint[(int)count];
        for (int i = 0; i < count; i++)
        {
            if (!entries.At(i).TryRead(out FutexWaitEntry entry))
            {
                return -Errno.EFAULT;
            }

            if ((entry.Flags & ~FutexWaitEntry.Private) != FutexWaitEntry.Size32 || entry.Reserved != 0 || entry.Value > uint.MaxValue
                || entry.Address % sizeof(uint) != 0)
            {
                return -Errno.EINVAL;
            }

            if (!UserMemory.IsInside(entry.Address, sizeof(uint)))
            {
                return -Errno.EFAULT;
            }

            Futex.Prepare(waiters + i, KeyOf(entry.Address, (entry.Flags & FutexWaitEntry.Private) != 0), Futex.AnyBit);
            waiters[i].PiAddress = entry.Address;
            values[i] = (uint)entry.Value;
        }

        return Restarting(FutexVector.Wait(waiters, values, (int)count, deadline), timeout);
    }

    // As in Linux at least one is woken, whatever the number says.
    private static int Count(uint value) => Math.Max(1, (int)value);

    private static FutexKey KeyOf(ulong address, bool isPrivate) => isPrivate ? FutexKey.Private(address) : FutexKey.Shared(address);

    /// <summary>A wait with a timeout must not start anew with all of it: it is not restarted but ends with -EINTR.</summary>
    private static long Restarting(long result, ulong timeout)
        => result == -Errno.ERESTARTSYS && timeout != 0 ? -Errno.EINTR : result;

    private static long ReadDeadline(ulong address, bool isSpan, bool isRealTime, out long deadline)
    {
        deadline = Scheduler.Never;
        if (!UserMemory.TryRead(address, out Timespec time))
        {
            return -Errno.EFAULT;
        }

        if (!TimeCalls.IsValid(time))
        {
            return -Errno.EINVAL;
        }

        long nanoseconds = TimeCalls.ToNanoseconds(time);
        long start = isSpan ? Clock.Monotonic() : isRealTime ? Clock.Monotonic() - Clock.Wall() : 0;
        deadline = start > 0 && nanoseconds > long.MaxValue - start ? long.MaxValue : nanoseconds + start;
        return 0;
    }
}
