using AzaleaOS.Abi;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Who the process, its thread and its user are. There is one process, one user, and that is root.</summary>
internal static class Identity
{
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
    internal static long WaitForChild(int process, UserPointer<int> status, int options, ulong usage) => -Errno.ECHILD;

    /// <summary>Whether a process number in an argument means the caller.</summary>
    internal static bool IsSelf(int process) => process == 0 || process == Process.Id;
}
