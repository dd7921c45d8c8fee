using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;
using AzaleaOS.Signals;

namespace AzaleaOS.Syscalls;

/// <summary>Resource limits. All can be read; those of files can be changed.</summary>
internal static class Limits
{
    private const uint FileSize = 1;

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

    private static ulong s_largestFileSize = Infinite;
    private static ulong s_largestCore;
    private static ulong s_core;
    private static ulong s_mostOpenFiles = DescriptorTable.Capacity;

    /// <summary>getrlimit(2).</summary>
    [Syscall(97)]
    internal static long Get(uint resource, UserPointer<ResourceLimit> to)
        => resource >= Count ? -Errno.EINVAL : to.TryWrite(Of(resource)) ? 0 : -Errno.EFAULT;

    /// <summary>setrlimit(2).</summary>
    [Syscall(160)]
    internal static long Set(uint resource, UserPointer<ResourceLimit> from) => Exchange(0, resource, from, new UserPointer<ResourceLimit>(0));

    /// <summary>prlimit64(2). A limit that is not kept can be set to what it is; another value is -EPERM.</summary>
    [Syscall(302)]
    internal static long Exchange(int process, uint resource, UserPointer<ResourceLimit> from, UserPointer<ResourceLimit> to)
    {
        ResourceLimit wanted = default;
        if (!from.IsNull && !from.TryRead(out wanted))
        {
            return -Errno.EFAULT;
        }

        if (!Identity.IsSelf(process))
        {
            return -Errno.ESRCH;
        }

        if (resource >= Count)
        {
            return -Errno.EINVAL;
        }

        ResourceLimit limit = Of(resource);
        if (!from.IsNull)
        {
            if (wanted.Current > wanted.Maximum)
            {
                return -Errno.EINVAL;
            }

            if ((wanted.Current != limit.Current || wanted.Maximum != limit.Maximum) && !TryChange(resource, wanted))
            {
                return -Errno.EPERM;
            }
        }

        return to.IsNull || to.TryWrite(limit) ? 0 : -Errno.EFAULT;
    }

    // Root may raise its own limits as well as lower them.
    private static bool TryChange(uint resource, in ResourceLimit wanted)
    {
        switch (resource)
        {
            case OpenFiles when wanted.Maximum <= DescriptorTable.Capacity:
                DescriptorTable.Limit = (int)wanted.Current;
                s_mostOpenFiles = wanted.Maximum;
                return true;
            case FileSize:
                RegularFile.SizeLimit = wanted.Current;
                s_largestFileSize = wanted.Maximum;
                return true;
            case CoreSize:
                // Whatever it is, no core is written.
                s_core = wanted.Current;
                s_largestCore = wanted.Maximum;
                return true;
            default:
                return false;
        }
    }

    /// <summary>A limit that there is, by its number.</summary>
    internal static ResourceLimit Of(uint resource) => resource switch
    {
        StackSize => new ResourceLimit { Current = StackBytes, Maximum = StackBytes },

        CoreSize => new ResourceLimit { Current = s_core, Maximum = s_largestCore },
        FileSize => new ResourceLimit { Current = RegularFile.SizeLimit, Maximum = s_largestFileSize },

        // No second process is made, no queue kept, no priority given.
        MessageQueues or Nice or RealTimePriority => default,
        PendingSignals => new ResourceLimit { Current = (ulong)SignalState.Limit, Maximum = (ulong)SignalState.Limit },
        Processes => new ResourceLimit { Current = 1, Maximum = 1 },
        OpenFiles => new ResourceLimit { Current = (ulong)DescriptorTable.Limit, Maximum = s_mostOpenFiles },
        LockedMemory => new ResourceLimit { Current = Process.TotalMemory, Maximum = Process.TotalMemory },
        _ => new ResourceLimit { Current = Infinite, Maximum = Infinite },
    };
}
