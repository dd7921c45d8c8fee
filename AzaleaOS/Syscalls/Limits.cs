using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;
using AzaleaOS.Signals;

namespace AzaleaOS.Syscalls;

/// <summary>Resource limits. Those that the kernel keeps can be read; none can be changed yet.</summary>
internal static class Limits
{
    /// <summary>Bytes of the first thread's stack: RLIMIT_STACK.</summary>
    internal const ulong StackBytes = 8 << 20;

    private const ulong Infinite = ulong.MaxValue;
    private const uint StackSize = 3;
    private const uint CoreSize = 4;
    private const uint Processes = 6;
    private const uint OpenFiles = 7;
    private const uint LockedMemory = 8;
    private const uint PendingSignals = 11;
    private const uint MessageQueues = 12;
    private const uint Nice = 13;
    private const uint RealTimePriority = 14;
    private const uint Count = 16;

    /// <summary>getrlimit(2).</summary>
    [Syscall(97)]
    internal static long Get(uint resource, UserPointer<ResourceLimit> to)
        => resource >= Count ? -Errno.EINVAL : to.TryWrite(Of(resource)) ? 0 : -Errno.EFAULT;

    /// <summary>setrlimit(2).</summary>
    [Syscall(160)]
    internal static long Set(uint resource, UserPointer<ResourceLimit> from) => Exchange(0, resource, from, new UserPointer<ResourceLimit>(0));

    /// <summary>prlimit64(2). A limit that stays as it is can be set; another one is -EPERM.</summary>
    [Syscall(302)]
    internal static long Exchange(int process, uint resource, UserPointer<ResourceLimit> from, UserPointer<ResourceLimit> to)
    {
        if (resource >= Count)
        {
            return -Errno.EINVAL;
        }

        ResourceLimit limit = Of(resource);
        if (!from.IsNull)
        {
            if (!from.TryRead(out ResourceLimit wanted))
            {
                return -Errno.EFAULT;
            }

            if (wanted.Current > wanted.Maximum)
            {
                return -Errno.EINVAL;
            }

            if (wanted.Current != limit.Current || wanted.Maximum != limit.Maximum)
            {
                return -Errno.EPERM;
            }
        }

        return !Identity.IsSelf(process) ? -Errno.ESRCH : to.IsNull || to.TryWrite(limit) ? 0 : -Errno.EFAULT;
    }

    /// <summary>A limit that there is, by its number.</summary>
    internal static ResourceLimit Of(uint resource) => resource switch
    {
        StackSize => new ResourceLimit { Current = StackBytes, Maximum = StackBytes },

        // No core is dumped, no second process made, no queue kept, no priority given.
        CoreSize or MessageQueues or Nice or RealTimePriority => default,
        PendingSignals => new ResourceLimit { Current = (ulong)SignalState.Limit, Maximum = (ulong)SignalState.Limit },
        Processes => new ResourceLimit { Current = 1, Maximum = 1 },
        OpenFiles => new ResourceLimit { Current = (ulong)DescriptorTable.Limit, Maximum = DescriptorTable.Capacity },
        LockedMemory => new ResourceLimit { Current = Process.TotalMemory, Maximum = Process.TotalMemory },
        _ => new ResourceLimit { Current = Infinite, Maximum = Infinite },
    };
}
