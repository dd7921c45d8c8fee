using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Changing who the process is. There is one user, root, as in a user namespace with one mapped number: another one is -EINVAL.</summary>
/// <remarks>Source: Linux, kernel/sys.c, kernel/groups.c, kernel/capability.c.</remarks>
internal static class UserCalls
{
    private const uint Unchanged = uint.MaxValue;
    private const int MostGroups = 65536;

    /// <summary>setuid(2).</summary>
    [Syscall(105)]
    internal static long SetUser(uint user) => user == 0 ? 0 : -Errno.EINVAL;

    /// <summary>setgid(2).</summary>
    [Syscall(106)]
    internal static long SetGroup(uint group) => SetUser(group);

    /// <summary>setreuid(2).</summary>
    [Syscall(113)]
    internal static long SetUsers(uint real, uint effective) => IsRoot(real) && IsRoot(effective) ? 0 : -Errno.EINVAL;

    /// <summary>setregid(2).</summary>
    [Syscall(114)]
    internal static long SetGroups(uint real, uint effective) => SetUsers(real, effective);

    /// <summary>setresuid(2).</summary>
    [Syscall(117)]
    internal static long SetUsers(uint real, uint effective, uint saved)
        => IsRoot(real) && IsRoot(effective) && IsRoot(saved) ? 0 : -Errno.EINVAL;

    /// <summary>setresgid(2).</summary>
    [Syscall(119)]
    internal static long SetGroups(uint real, uint effective, uint saved) => SetUsers(real, effective, saved);

    /// <summary>setfsuid(2).</summary>
    /// <returns>The user before, which is root's number.</returns>
    [Syscall(122)]
    internal static long SetFileUser(uint user) => 0;

    /// <summary>setfsgid(2).</summary>
    /// <returns>The group before.</returns>
    [Syscall(123)]
    internal static long SetFileGroup(uint group) => 0;

    /// <summary>setgroups(2): there is one group.</summary>
    [Syscall(116)]
    internal static long SetSupplementaryGroups(int count, UserPointer<uint> list)
    {
        if (count is < 0 or > MostGroups)
        {
            return -Errno.EINVAL;
        }

        for (int i = 0; i < count; i++)
        {
            if (!list.At(i).TryRead(out uint group))
            {
                return -Errno.EFAULT;
            }

            if (group != 0)
            {
                return -Errno.EINVAL;
            }
        }

        // The list would be seen by getgroups, which shows none.
        return count == 0 ? 0 : -Errno.EPERM;
    }

    /// <summary>setpgid(2): the process leads a session, which keeps it where it is.</summary>
    [Syscall(109)]
    internal static long SetProcessGroup(int process, int group)
        => group < 0 || (group == 0 && process < 0) ? -Errno.EINVAL : Identity.IsSelf(process) ? -Errno.EPERM : -Errno.ESRCH;

    /// <summary>setsid(2): the process leads one already.</summary>
    [Syscall(112)]
    internal static long NewSession() => -Errno.EPERM;

    /// <summary>capget(2): root may do everything.</summary>
    [Syscall(125)]
    internal static long GetCapabilities(UserPointer<CapabilityHeader> header, UserPointer<CapabilitySet> data)
    {
        long result = Check(header, out int words);
        if (result < 0 || data.IsNull)
        {
            return result == -Errno.EINVAL && data.IsNull ? 0 : result;
        }

        for (int i = 0; i < words; i++)
        {
            uint all = CapabilitiesOf(i);
            if (!data.At(i).TryWrite(new CapabilitySet { Effective = all, Permitted = all }))
            {
                return -Errno.EFAULT;
            }
        }

        return 0;
    }

    /// <summary>capset(2): what is as it was can be set. Giving something up would promise that it is refused from then on.</summary>
    [Syscall(126)]
    internal static long SetCapabilities(UserPointer<CapabilityHeader> header, UserPointer<CapabilitySet> data)
    {
        long result = Check(header, out int words);
        for (int i = 0; result == 0 && i < words; i++)
        {
            uint all = CapabilitiesOf(i);
            result = !data.At(i).TryRead(out CapabilitySet wanted) ? -Errno.EFAULT
                : (wanted.Effective & all) == all && (wanted.Permitted & all) == all && wanted.Inheritable == 0 ? 0
                : -Errno.EPERM;
        }

        return result;
    }

    /// <summary>iopl(2): a program in ring 0 reaches every port.</summary>
    [Syscall(172)]
    internal static long SetPortLevel(uint level) => level > 3 ? -Errno.EINVAL : 0;

    /// <summary>ioperm(2): likewise.</summary>
    [Syscall(173)]
    internal static long SetPorts(ulong first, ulong count, int on)
    {
        const ulong Ports = 65536;
        return first + count <= first || first + count > Ports ? -Errno.EINVAL : 0;
    }

    private static bool IsRoot(uint number) => number is 0 or Unchanged;

    // 41 of them: CAP_CHECKPOINT_RESTORE is the last.
    private static uint CapabilitiesOf(int word) => word == 0 ? uint.MaxValue : 0x1ff;

    private static long Check(UserPointer<CapabilityHeader> pointer, out int words)
    {
        const uint Version1 = 0x1998_0330, Version2 = 0x2007_1026, Version3 = 0x2008_0522;
        words = 0;
        if (!pointer.TryRead(out CapabilityHeader header))
        {
            return -Errno.EFAULT;
        }

        if (header.Version is not (Version1 or Version2 or Version3))
        {
            // The version that is understood is told.
            header.Version = Version3;
            return pointer.TryWrite(header) ? -Errno.EINVAL : -Errno.EFAULT;
        }

        words = header.Version == Version1 ? 1 : 2;
        return header.Process < 0 ? -Errno.EINVAL : Identity.IsSelf(header.Process) ? 0 : -Errno.ESRCH;
    }
}
