using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>The application's one thread: its pointers, its name, its end, and words to wait on.</summary>
internal static unsafe class ThreadCalls
{
    private const ulong RobustHeadBytes = 24;
    private const int NameBytes = 16;

    private static ulong s_robustList;
    private static Name s_name;

    /// <summary>exit(2): the last thread ends the process.</summary>
    [Syscall(60)]
    internal static long Exit(int status) => ExitGroup(status);

    /// <summary>exit_group(2). Does not return.</summary>
    [Syscall(231)]
    internal static long ExitGroup(int status)
    {
        Process.End(status & 0xff);
        return 0;
    }

    /// <summary>set_tid_address(2): the word that is cleared and woken when the thread ends.</summary>
    /// <returns>The thread's number.</returns>
    [Syscall(218)]
    internal static long SetTidAddress(ulong clearOnExit)
    {
        Process.ClearOnExit = clearOnExit;
        return Process.Id;
    }

    /// <summary>set_robust_list(2).</summary>
    [Syscall(273)]
    internal static long SetRobustList(ulong head, ulong size)
    {
        if (size != RobustHeadBytes)
        {
            return -Errno.EINVAL;
        }

        s_robustList = head;
        return 0;
    }

    /// <summary>get_robust_list(2).</summary>
    [Syscall(274)]
    internal static long GetRobustList(int thread, UserPointer<ulong> head, UserPointer<ulong> size)
        => !Identity.IsSelf(thread) ? -Errno.ESRCH
            : size.TryWrite(RobustHeadBytes) && head.TryWrite(s_robustList) ? 0 : -Errno.EFAULT;

    /// <summary>arch_prctl(2). GS is the kernel's.</summary>
    [Syscall(158)]
    internal static long ArchitectureControl(int code, ulong address)
    {
        const int SetGs = 0x1001, SetFs = 0x1002, GetFs = 0x1003, GetGs = 0x1004;
        switch (code)
        {
            case SetFs when address < AddressSpace.Highest:
                Instructions.WriteFsBase(address);
                return 0;
            case GetFs:
                return UserMemory.TryWrite(address, Instructions.ReadFsBase()) ? 0 : -Errno.EFAULT;
            case SetFs or SetGs or GetGs:
                return -Errno.EPERM;
            default:
                return -Errno.EINVAL;
        }
    }

    /// <summary>prctl(2).</summary>
    [Syscall(157)]
    internal static long Control(int option, ulong argument, ulong second, ulong third, ulong fourth)
    {
        const int GetDumpable = 3, SetName = 15, GetName = 16, ReadBounds = 23, GetNoNewPrivileges = 39;
        const ulong LastCapability = 40;
        switch (option)
        {
            case GetDumpable or GetNoNewPrivileges:
                return 0;
            case SetName:
                return ReadName(argument);
            case GetName:
                return UserMemory.TryWrite(argument, s_name) ? 0 : -Errno.EFAULT;
            case ReadBounds:
                return argument <= LastCapability ? 1 : -Errno.EINVAL;
            default:
                return -Errno.EINVAL;
        }
    }

    /// <summary>futex(2), as it is when nobody else is there: a wait that is not over at once ends with its time.</summary>
    [Syscall(202)]
    internal static long Futex(ulong address, int operation, uint value, ulong timeout, ulong second, uint third)
    {
        const int Wait = 0, Wake = 1, WaitBitset = 9, WakeBitset = 10, RealTime = 256, Private = 128;
        int command = operation & ~(Private | RealTime);
        if (command is not (Wait or Wake or WaitBitset or WakeBitset))
        {
            return -Errno.ENOSYS;
        }

        if (address % sizeof(uint) != 0 || (command is WaitBitset or WakeBitset && third == 0))
        {
            return -Errno.EINVAL;
        }

        if (!UserMemory.TryRead(address, out uint now))
        {
            return -Errno.EFAULT;
        }

        if (command is Wake or WakeBitset)
        {
            return 0;
        }

        long end = long.MaxValue;
        if (timeout != 0)
        {
            if (!UserMemory.TryRead(timeout, out Timespec time))
            {
                return -Errno.EFAULT;
            }

            if (!TimeCalls.IsValid(time))
            {
                return -Errno.EINVAL;
            }

            // FUTEX_WAIT takes a span, FUTEX_WAIT_BITSET a point in time.
            end = TimeCalls.ToNanoseconds(time);
            long zero = command == Wait ? Clock.Monotonic() : (operation & RealTime) != 0 ? Clock.Monotonic() - Clock.Wall() : 0;
            end = zero > 0 && end > long.MaxValue - zero ? long.MaxValue : end + zero;
        }

        if (now != value)
        {
            return -Errno.EAGAIN;
        }

        Clock.WaitUntil(end);
        return -Errno.ETIMEDOUT;
    }

    /// <summary>The thread is named like its program.</summary>
    /// <param name="path">The program's path.</param>
    internal static void SetName(ReadOnlySpan<byte> path)
    {
        ReadOnlySpan<byte> file = path[(path.LastIndexOf((byte)'/') + 1)..];
        s_name = default;
        file[..Math.Min(file.Length, NameBytes - 1)].CopyTo(s_name);
    }

    private static long ReadName(ulong address)
    {
        Name name = default;
        for (int i = 0; i < NameBytes - 1; i++)
        {
            if (!UserMemory.TryRead(address + (ulong)i, out byte letter))
            {
                return -Errno.EFAULT;
            }

            if (letter == 0)
            {
                break;
            }

            name[i] = letter;
        }

        s_name = name;
        return 0;
    }

    [System.Runtime.CompilerServices.InlineArray(NameBytes)]
    private struct Name
    {
        private byte _first;
    }
}
