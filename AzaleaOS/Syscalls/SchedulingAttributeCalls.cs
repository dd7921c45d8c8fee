using AzaleaOS.Abi;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>sched_setattr and sched_getattr: policy, priority and nice value at once.</summary>
/// <remarks>Source: Linux, kernel/sched/syscalls.c.</remarks>
internal static unsafe class SchedulingAttributeCalls
{
    private const uint LargestSize = 4096;
    private const uint MostUtilization = 1024;

    /// <summary>sched_getattr(2).</summary>
    [Syscall(315)]
    internal static long Get(int id, ulong to, uint size, uint flags)
    {
        if (to == 0 || id < 0 || size is < SchedulingAttributes.SmallestSize or > LargestSize || flags != 0)
        {
            return -Errno.EINVAL;
        }

        long result = SchedulingCalls.Find(id, out Thread* thread);
        if (result < 0)
        {
            return result;
        }

        uint known = Math.Min(size, (uint)sizeof(SchedulingAttributes));
        SchedulingAttributes attributes = new() { Size = known, Policy = thread->Policy, Priority = thread->Priority, MostUtilization = MostUtilization };
        if (!SchedulingCalls.IsRealTime(thread->Policy))
        {
            attributes.Nice = thread->Nice;
            attributes.Runtime = SchedulingCalls.SliceNanoseconds;
        }

        ThreadTable.Exit();
        bool isWritten = UserMemory.CopyOut(to, &attributes, known) == known && UserMemory.Clear(to + known, size - known) == size - known;
        return isWritten ? 0 : -Errno.EFAULT;
    }

    /// <summary>sched_setattr(2). There is no SCHED_DEADLINE, and utilisation is not looked at.</summary>
    [Syscall(314)]
    internal static long Set(int id, ulong from, uint flags)
    {
        const ulong KeepPolicy = 8, KeepParameters = 0x10, Utilization = 0x60, Known = 0x7f;
        if (from == 0 || id < 0 || flags != 0)
        {
            return -Errno.EINVAL;
        }

        SchedulingAttributes wanted = default;
        long result = Read(from, &wanted);
        if (result < 0)
        {
            return result;
        }

        if (wanted.Policy < 0 || ((wanted.Flags & Utilization) != 0 && wanted.Size <= SchedulingAttributes.SmallestSize))
        {
            return -Errno.EINVAL;
        }

        result = SchedulingCalls.Find(id, out Thread* thread);
        if (result < 0)
        {
            return result;
        }

        int policy = (wanted.Flags & KeepPolicy) != 0 ? thread->Policy : wanted.Policy;
        bool keeps = (wanted.Flags & KeepParameters) != 0;
        int priority = keeps && SchedulingCalls.IsRealTime(thread->Policy) ? thread->Priority : wanted.Priority;
        result = (wanted.Flags & ~Known) != 0 || !SchedulingCalls.IsValid(policy, priority) ? -Errno.EINVAL
            : (wanted.Flags & Utilization) != 0 ? -Errno.EOPNOTSUPP
            : 0;
        if (result == 0)
        {
            thread->Policy = policy;
            thread->Priority = priority;
            if (!keeps && !SchedulingCalls.IsRealTime(policy))
            {
                thread->Nice = Math.Clamp(wanted.Nice, -20, 19);
            }
        }

        ThreadTable.Exit();
        return result;
    }

    // sched_copy_attr: as copy_struct_from_user, but telling the size that is known.
    private static long Read(ulong from, SchedulingAttributes* attributes)
    {
        if (!UserMemory.TryRead(from, out uint size))
        {
            return -Errno.EFAULT;
        }

        size = size == 0 ? SchedulingAttributes.SmallestSize : size;
        bool isTooLarge = size is < SchedulingAttributes.SmallestSize or > LargestSize;
        uint known = Math.Min(size, (uint)sizeof(SchedulingAttributes));
        for (uint at = known; at < size && !isTooLarge; at++)
        {
            if (!UserMemory.TryRead(from + at, out byte extra))
            {
                return -Errno.EFAULT;
            }

            isTooLarge = extra != 0;
        }

        if (isTooLarge)
        {
            UserMemory.TryWrite(from, (uint)sizeof(SchedulingAttributes));
            return -Errno.E2BIG;
        }

        if (UserMemory.CopyIn(attributes, from, known) != known)
        {
            return -Errno.EFAULT;
        }

        attributes->Size = size;
        return 0;
    }
}
