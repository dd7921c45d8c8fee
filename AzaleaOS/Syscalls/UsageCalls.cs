using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Files;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>What the process and its threads have used. All time is the application's: entering the kernel is a call.</summary>
internal static unsafe class UsageCalls
{
    private const long Tick = Clock.Second / 100;

    /// <summary>times(2). There are no children.</summary>
    /// <returns>Clock ticks since the start.</returns>
    [Syscall(100)]
    internal static long Times(UserPointer<ProcessTimes> to)
        => to.IsNull || to.TryWrite(new ProcessTimes { User = CpuTime.OfProcess() / Tick }) ? Clock.Monotonic() / Tick : -Errno.EFAULT;

    /// <summary>getrusage(2).</summary>
    [Syscall(98)]
    internal static long GetResourceUsage(int who, UserPointer<ResourceUsage> to)
    {
        const int Self = 0, Children = -1, OneThread = 1;
        ResourceUsage usage = default;
        switch (who)
        {
            case Self:
                usage.User = TimeCalls.ToTimeval(CpuTime.OfProcess());
                ThreadTable.Enter();
                for (Thread* thread = ThreadTable.First; thread != null; thread = thread->NextInTable)
                {
                    AddSwitches(ref usage, thread);
                }

                ThreadTable.Exit();
                for (int i = 0; i < Cores.Count; i++)
                {
                    CoreBlock* core = Cores.Block(i);
                    usage.MinorFaults += core == null ? 0 : (long)core->PageFaults;
                }

                break;
            case OneThread:
                usage.User = TimeCalls.ToTimeval(CpuTime.OfThread(Scheduler.Current));
                AddSwitches(ref usage, Scheduler.Current);
                usage.MinorFaults = (long)Scheduler.Current->PageFaults;
                break;
            case Children:
                break;
            default:
                return -Errno.EINVAL;
        }

        if (who != Children)
        {
            usage.MaximumResident = (long)((Process.TotalMemory - Math.Min(Process.TotalMemory, AddressSpace.Current->FreeMemory)) / 1024);
        }

        return to.TryWrite(usage) ? 0 : -Errno.EFAULT;
    }

    private static void AddSwitches(ref ResourceUsage usage, Thread* thread)
    {
        usage.VoluntarySwitches += (long)thread->VoluntarySwitches;
        usage.InvoluntarySwitches += (long)thread->InvoluntarySwitches;
    }
}
