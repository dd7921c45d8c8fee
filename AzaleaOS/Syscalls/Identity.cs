using AzaleaOS.Abi;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Who the process, its thread and its user are. There is one process, one user, and that is root.</summary>
internal static class Identity
{
    // Options of wait4 and waitid: include/uapi/linux/wait.h.
    private const uint NoHang = 1, Stopped = 2, Exited = 4, Continued = 8, NoWait = 0x1000000, NoThread = 0x20000000, AllThreads = 0x40000000, CloneChildren = 0x80000000;

    /// <summary>getpid(2). Always succeeds.</summary>
    [Syscall(39, Leaf = true)]
    internal static long GetPid() => Process.Id;

    /// <summary>getppid(2).</summary>
    [Syscall(110, Leaf = true)]
    internal static long GetParentPid() => Process.ParentId;

    /// <summary>getuid(2).</summary>
    [Syscall(102, Leaf = true)]
    internal static long GetUser() => 0;

    /// <summary>getgid(2).</summary>
    [Syscall(104, Leaf = true)]
    internal static long GetGroup() => 0;

    /// <summary>geteuid(2).</summary>
    [Syscall(107, Leaf = true)]
    internal static long GetEffectiveUser() => 0;

    /// <summary>getegid(2).</summary>
    [Syscall(108, Leaf = true)]
    internal static long GetEffectiveGroup() => 0;

    /// <summary>getpgrp(2): the process leads its own group.</summary>
    [Syscall(111, Leaf = true)]
    internal static long GetProcessGroup() => Process.Id;

    /// <summary>getpgid(2).</summary>
    [Syscall(121)]
    internal static long GetProcessGroupOf(int process) => IsSelf(process) ? Process.Id : -Errno.ESRCH;

    /// <summary>getsid(2).</summary>
    [Syscall(124)]
    internal static long GetSession(int process) => IsSelf(process) ? Process.Id : -Errno.ESRCH;

    /// <summary>getgroups(2): no supplementary groups.</summary>
    [Syscall(115)]
    internal static long GetGroups(int size, UserPointer<uint> list) => size < 0 ? -Errno.EINVAL : 0;

    /// <summary>getresuid(2).</summary>
    [Syscall(118)]
    internal static long GetUsers(UserPointer<uint> real, UserPointer<uint> effective, UserPointer<uint> saved)
        => real.TryWrite(0) && effective.TryWrite(0) && saved.TryWrite(0) ? 0 : -Errno.EFAULT;

    /// <summary>getresgid(2).</summary>
    [Syscall(120)]
    internal static long GetGroups(UserPointer<uint> real, UserPointer<uint> effective, UserPointer<uint> saved)
        => GetUsers(real, effective, saved);

    /// <summary>wait4(2): there are no children, and there never are any.</summary>
    [Syscall(61)]
    internal static long WaitForChild(int process, UserPointer<int> status, uint options, ulong usage)
        => (options & ~(NoHang | Stopped | Continued | NoThread | AllThreads | CloneChildren)) != 0 ? -Errno.EINVAL
            : process == int.MinValue ? -Errno.ESRCH : -Errno.ECHILD;

    /// <summary>waitid(2): likewise.</summary>
    [Syscall(247)]
    internal static long WaitForChild(int kind, int id, ulong information, uint options, ulong usage)
    {
        long result = CheckWait(kind, id, options);

        // As in Linux the answer is written whatever the result is.
        return information != 0 && !(UserMemory.Clear(information, 12) == 12 && UserMemory.Clear(information + 16, 12) == 12) ? -Errno.EFAULT : result;
    }

    private static long CheckWait(int kind, int id, uint options)
    {
        const int All = 0, Process = 1, Group = 2, Descriptor = 3;
        if ((options & ~(NoHang | Stopped | Exited | Continued | NoWait | NoThread | AllThreads | CloneChildren)) != 0
            || (options & (Stopped | Exited | Continued)) == 0)
        {
            return -Errno.EINVAL;
        }

        return kind switch
        {
            All => -Errno.ECHILD,
            Process => id <= 0 ? -Errno.EINVAL : -Errno.ECHILD,
            Group => id < 0 ? -Errno.EINVAL : -Errno.ECHILD,
            Descriptor => id < 0 ? -Errno.EINVAL : ProcessDescriptorCalls.IsProcess(id) ? -Errno.ECHILD : -Errno.EBADF,
            _ => -Errno.EINVAL,
        };
    }

    /// <summary>Whether a process number in an argument means the caller.</summary>
    internal static bool IsSelf(int process) => process == 0 || process == Process.Id;
}
