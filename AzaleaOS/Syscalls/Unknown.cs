using System.Runtime;
using AzaleaOS.Abi;

namespace AzaleaOS.Syscalls;

/// <summary>Numbers without a method: what cannot be here, and what is not there yet.</summary>
/// <remarks>
/// Where a Linux can be told to forbid a call (a seccomp filter, a missing capability, a sysctl), the call gives the
/// error that it gives there, which is -EPERM with the exceptions below: programs take that for final, while bash
/// tries a fork that got -EAGAIN again for a quarter of a minute. What a Linux can be built without is
/// -ENOSYS as there: programs then do without (aio, inotify, System V IPC, keys).
/// </remarks>
internal static class Unknown
{
    private const ulong Ustat = 136, PerformanceEvents = 298, NameToHandle = 303;

    // fork vfork execve ptrace syslog vhangup pivot_root acct mount swapon swapoff reboot sethostname setdomainname
    // init_module delete_module kexec_load unshare open_by_handle_at setns finit_module kexec_file_load bpf execveat userfaultfd
    // io_uring_setup io_uring_enter io_uring_register open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr open_tree_attr
    private static ReadOnlySpan<ushort> Forbidden =>
    [
        57, 58, 59, 101, 103, 153, 155, 163, 165, 167, 168, 169, 170, 171,
        175, 176, 246, 272, 304, 308, 313, 320, 321, 322, 323,
        425, 426, 427, 428, 429, 430, 431, 432, 433, 442, 467,
    ];

    /// <summary>What such a call gives; the trace names it.</summary>
    [RuntimeExport("azalea_sys_unknown")]
    internal static long Answer(ulong number)
    {
        foreach (ushort one in Forbidden)
        {
            if (one == number)
            {
                return -Errno.EPERM;
            }
        }

        return number switch
        {
            // No device has a file system of its own.
            Ustat => -Errno.EINVAL,

            // As with kernel.perf_event_paranoid=3.
            PerformanceEvents => -Errno.EACCES,

            // As on a file system whose files have no handles.
            NameToHandle => -Errno.EOPNOTSUPP,
            _ => -Errno.ENOSYS,
        };
    }
}
