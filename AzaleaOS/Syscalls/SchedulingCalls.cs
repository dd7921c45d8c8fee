using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Files;
using AzaleaOS.Memory;
using AzaleaOS.Threads;
using Thread = AzaleaOS.Threads.Thread;

namespace AzaleaOS.Syscalls;

/// <summary>Where threads run, and in which order.</summary>
internal static unsafe class SchedulingCalls
{
    private const int Other = 0, Fifo = 1, RoundRobin = 2, Batch = 3, Idle = 5, Deadline = 6, Extensible = 7;
    private const int ByProcess = 0, ByGroup = 1, ByUser = 2;
    private const int ResetOnFork = 0x4000_0000;
    private const int HighestPriority = AzaleaCall.HighestPriority;

    /// <summary>How long a thread of a round runs.</summary>
    internal const long SliceNanoseconds = 4_000_000;

    /// <summary>sched_yield(2).</summary>
    [Syscall(24)]
    internal static long Yield()
    {
        Scheduler.Yield();
        return 0;
    }

    /// <summary>sched_getaffinity(2).</summary>
    /// <returns>Bytes of the mask.</returns>
    [Syscall(204)]
    internal static long GetAffinity(int id, uint size, ulong mask)
    {
        uint bytes = MaskBytes;
        if (size * 8 < (uint)Cores.Count || size % sizeof(ulong) != 0)
        {
            return -Errno.EINVAL;
        }

        CoreSet set = Placement.Usable;
        long result = Find(id, out Thread* thread);
        if (result < 0)
        {
            return result;
        }

        set.Intersect(thread->Affinity);
        ThreadTable.Exit();
        bytes = Math.Min(bytes, size);
        return UserMemory.CopyOut(mask, &set, bytes) == bytes ? bytes : -Errno.EFAULT;
    }

    /// <summary>sched_setaffinity(2).</summary>
    [Syscall(203)]
    internal static long SetAffinity(int id, uint size, ulong mask)
    {
        CoreSet wanted = default;
        uint bytes = Math.Min(size, (uint)sizeof(CoreSet));
        if (UserMemory.CopyIn(&wanted, mask, bytes) != bytes)
        {
            return -Errno.EFAULT;
        }

        bool hasAny = wanted.Intersect(Placement.Usable);
        long result = Find(id, out Thread* thread);
        if (result < 0)
        {
            return result;
        }

        if (hasAny)
        {
            thread->Affinity = wanted;
            if (!wanted.Contains(thread->Core->Index))
            {
                Interlocked.Or(ref thread->Work, ThreadWork.Migrate);
                Scheduler.Notify(thread);
            }
        }

        ThreadTable.Exit();
        return hasAny ? 0 : -Errno.EINVAL;
    }

    /// <summary>getcpu(2).</summary>
    [Syscall(309)]
    internal static long GetCore(UserPointer<uint> core, UserPointer<uint> node, ulong cache)
    {
        CoreBlock* here = CoreBlock.Current;
        return (core.IsNull || core.TryWrite((uint)here->Index)) && (node.IsNull || node.TryWrite(here->Node)) ? 0 : -Errno.EFAULT;
    }

    /// <summary>sched_getscheduler(2).</summary>
    [Syscall(145)]
    internal static long GetPolicy(int id)
    {
        if (id < 0)
        {
            return -Errno.EINVAL;
        }

        long result = Find(id, out Thread* thread);
        if (result < 0)
        {
            return result;
        }

        result = (uint)thread->Policy;
        ThreadTable.Exit();
        return result;
    }

    /// <summary>sched_getparam(2).</summary>
    [Syscall(143)]
    internal static long GetParameters(int id, UserPointer<int> priority)
    {
        if (id < 0 || priority.IsNull)
        {
            return -Errno.EINVAL;
        }

        long result = Find(id, out Thread* thread);
        if (result < 0)
        {
            return result;
        }

        int value = thread->Priority;
        ThreadTable.Exit();
        return priority.TryWrite(value) ? 0 : -Errno.EFAULT;
    }

    /// <summary>sched_setscheduler(2).</summary>
    [Syscall(144)]
    internal static long SetPolicy(int id, int policy, UserPointer<int> priority)
        => policy < 0 ? -Errno.EINVAL : Set(id, policy, priority);

    /// <summary>sched_setparam(2).</summary>
    [Syscall(142)]
    internal static long SetParameters(int id, UserPointer<int> priority) => Set(id, -1, priority);

    /// <summary>sched_get_priority_max(2).</summary>
    [Syscall(146)]
    internal static long GetHighestPriority(int policy) => policy switch
    {
        Fifo or RoundRobin => HighestPriority,
        Other or Batch or Idle or Deadline or Extensible => 0,
        _ => -Errno.EINVAL,
    };

    /// <summary>sched_get_priority_min(2).</summary>
    [Syscall(147)]
    internal static long GetLowestPriority(int policy) => policy switch
    {
        Fifo or RoundRobin => 1,
        Other or Batch or Idle or Deadline or Extensible => 0,
        _ => -Errno.EINVAL,
    };

    /// <summary>sched_rr_get_interval(2).</summary>
    [Syscall(148)]
    internal static long GetInterval(int id, UserPointer<Timespec> interval)
    {
        if (id < 0)
        {
            return -Errno.EINVAL;
        }

        long result = Find(id, out Thread* thread);
        if (result < 0)
        {
            return result;
        }

        long slice = thread->Policy == Fifo ? 0 : SliceNanoseconds;
        ThreadTable.Exit();
        return interval.TryWrite(new Timespec { Nanoseconds = slice }) ? 0 : -Errno.EFAULT;
    }

    /// <summary>getpriority(2): as the system call returns it, 20 minus the nice value.</summary>
    [Syscall(140)]
    internal static long GetNice(int which, int id)
    {
        if (which is < ByProcess or > ByUser)
        {
            return -Errno.EINVAL;
        }

        long result = FindByKind(which, id, out Thread* thread);
        if (result < 0)
        {
            return result;
        }

        result = 20 - thread->Nice;
        ThreadTable.Exit();
        return result;
    }

    /// <summary>setpriority(2): remembered; all threads of the one process share their cores evenly.</summary>
    [Syscall(141)]
    internal static long SetNice(int which, int id, int nice)
    {
        if (which is < ByProcess or > ByUser)
        {
            return -Errno.EINVAL;
        }

        long result = FindByKind(which, id, out Thread* thread);
        if (result < 0)
        {
            return result;
        }

        thread->Nice = Math.Clamp(nice, -20, 19);
        ThreadTable.Exit();
        return 0;
    }

    /// <summary>See <see cref="AzaleaCall.Yield"/>.</summary>
    [Syscall(AzaleaCall.Yield)]
    internal static long GiveWay() => Yield();

    /// <summary>See <see cref="AzaleaCall.GetPriority"/>.</summary>
    [Syscall(AzaleaCall.GetPriority)]
    internal static long GetPriority(int id)
    {
        if (id < 0)
        {
            return -Errno.EINVAL;
        }

        long result = Find(id, out Thread* thread);
        if (result < 0)
        {
            return result;
        }

        result = thread->Priority;
        ThreadTable.Exit();
        return result;
    }

    /// <summary>See <see cref="AzaleaCall.SetPriority"/>.</summary>
    [Syscall(AzaleaCall.SetPriority)]
    internal static long SetPriority(int id, int priority)
    {
        if (id < 0 || priority is < 0 or > HighestPriority)
        {
            return -Errno.EINVAL;
        }

        long result = Find(id, out Thread* thread);
        if (result < 0)
        {
            return result;
        }

        thread->Policy = priority == 0 ? Other : RoundRobin;
        thread->Priority = priority;
        ThreadTable.Exit();
        return 0;
    }

    private static uint MaskBytes => (uint)((Cores.Count + 63) / 64 * sizeof(ulong));

    private static long Set(int id, int policy, UserPointer<int> priority)
    {
        if (id < 0 || priority.IsNull)
        {
            return -Errno.EINVAL;
        }

        if (!priority.TryRead(out int wanted))
        {
            return -Errno.EFAULT;
        }

        long result = Find(id, out Thread* thread);
        if (result < 0)
        {
            return result;
        }

        int kind = policy < 0 ? thread->Policy : policy & ~ResetOnFork;
        bool isValid = IsValid(kind, wanted);
        if (isValid)
        {
            thread->Policy = kind;
            thread->Priority = wanted;
        }

        ThreadTable.Exit();
        return isValid ? 0 : -Errno.EINVAL;
    }

    /// <summary>SCHED_FIFO or SCHED_RR.</summary>
    internal static bool IsRealTime(int policy) => policy is Fifo or RoundRobin;

    /// <summary>Whether a thread can have a policy with a priority.</summary>
    internal static bool IsValid(int policy, int priority)
        => IsRealTime(policy) ? priority is >= 1 and <= HighestPriority : policy is Other or Batch or Idle && priority == 0;

    // A process group and a user are the caller's or nobody's.
    private static long FindByKind(int which, int id, out Thread* thread)
    {
        bool isOwn = id == 0 || (which == ByGroup && id == Process.Id);
        return which == ByProcess || isOwn ? Find(which == ByProcess ? id : 0, out thread) : Find(-1, out thread);
    }

    /// <summary>Finds a thread, 0 being the caller, and leaves the table locked if there is one.</summary>
    internal static long Find(int id, out Thread* thread)
    {
        ThreadTable.Enter();
        thread = id == 0 ? Scheduler.Current : ThreadTable.Find(id);
        if (thread != null)
        {
            return 0;
        }

        ThreadTable.Exit();
        return -Errno.ESRCH;
    }
}
