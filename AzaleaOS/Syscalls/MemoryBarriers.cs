using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Cpu;

namespace AzaleaOS.Syscalls;

/// <summary>membarrier(2): all threads of the process have passed a memory barrier when the call returns.</summary>
/// <remarks>
/// Every core that may run the application is interrupted, and an interrupt's return is a barrier and
/// serialises the core (SDM vol. 3A, 8.3). A core that sleeps without the application passes one on its way
/// back to it. Source: Linux, kernel/sched/membarrier.c; membarrier(2).
/// </remarks>
internal static class MemoryBarriers
{
    private const int Query = 0;
    private const int Global = 1 << 0;
    private const int GlobalExpedited = 1 << 1;
    private const int RegisterGlobalExpedited = 1 << 2;
    private const int PrivateExpedited = 1 << 3;
    private const int RegisterPrivateExpedited = 1 << 4;
    private const int PrivateSyncCore = 1 << 5;
    private const int RegisterPrivateSyncCore = 1 << 6;
    private const int PrivateSequence = 1 << 7;
    private const int RegisterPrivateSequence = 1 << 8;
    private const int GetRegistrations = 1 << 9;

    private const int All = Global | GlobalExpedited | RegisterGlobalExpedited | PrivateExpedited | RegisterPrivateExpedited
        | PrivateSyncCore | RegisterPrivateSyncCore | PrivateSequence | RegisterPrivateSequence | GetRegistrations;

    private static int s_registrations;

    /// <summary>membarrier(2).</summary>
    [Syscall(324)]
    internal static long Barrier(int command, uint flags, int core)
    {
        // With the flag one core would be enough.
        const uint OneCore = 1;
        if (flags != 0 && (command != PrivateSequence || flags != OneCore))
        {
            return -Errno.EINVAL;
        }

        switch (command)
        {
            case Query:
                return All;
            case Global or GlobalExpedited:
                Pass(interrupts: false);
                return 0;
            case RegisterGlobalExpedited or RegisterPrivateExpedited or RegisterPrivateSyncCore or RegisterPrivateSequence:
                Interlocked.Or(ref s_registrations, command);
                return 0;
            case PrivateExpedited or PrivateSyncCore or PrivateSequence:
                if ((Volatile.Read(ref s_registrations) & (command << 1)) == 0)
                {
                    return -Errno.EPERM;
                }

                Pass(interrupts: command == PrivateSequence);
                return 0;
            case GetRegistrations:
                // Each of the others is shown as that for private barriers too, and does not allow them.
                int registrations = Volatile.Read(ref s_registrations);
                return registrations | ((registrations & (RegisterPrivateSyncCore | RegisterPrivateSequence)) != 0 ? RegisterPrivateExpedited : 0);
            default:
                return -Errno.EINVAL;
        }
    }

    private static void Pass(bool interrupts)
    {
        Instructions.MemoryFence();
        Shootdown.SendBarrier(interrupts);
    }
}
