using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>A thread's pointers, name and end.</summary>
internal static unsafe class ThreadCalls
{
    private static int s_parentSignal;
    private static bool s_isDumpable = true;
    private static bool s_keepsCapabilities;
    private static bool s_isSubreaper;
    private static bool s_hasNoNewPrivileges;

    private const ulong RobustHeadBytes = 24;

    /// <summary>exit(2): the thread's end; the last one ends the process. Does not return.</summary>
    [Syscall(60)]
    internal static long Exit(int status)
    {
        ProcessEnd.EndThread(status & 0xff);
        return 0;
    }

    /// <summary>exit_group(2): the process's end. Does not return.</summary>
    [Syscall(231)]
    internal static long ExitGroup(int status)
    {
        ProcessEnd.EndProcess(status & 0xff);
        return 0;
    }

    /// <summary>gettid(2).</summary>
    [Syscall(186, Leaf = true)]
    internal static long GetTid() => Scheduler.Current->Id;

    /// <summary>set_tid_address(2): the word that is cleared and woken when the thread ends.</summary>
    /// <returns>The thread's number.</returns>
    [Syscall(218)]
    internal static long SetTidAddress(ulong clearOnExit)
    {
        Thread* self = Scheduler.Current;
        self->ClearOnExit = clearOnExit;
        return self->Id;
    }

    /// <summary>set_robust_list(2).</summary>
    [Syscall(273)]
    internal static long SetRobustList(ulong head, ulong size)
    {
        if (size != RobustHeadBytes)
        {
            return -Errno.EINVAL;
        }

        Scheduler.Current->RobustList = head;
        return 0;
    }

    /// <summary>get_robust_list(2).</summary>
    [Syscall(274)]
    internal static long GetRobustList(int id, UserPointer<ulong> head, UserPointer<ulong> size)
    {
        ulong list = Scheduler.Current->RobustList;
        if (id != 0)
        {
            ThreadTable.Enter();
            Thread* thread = ThreadTable.Find(id);
            list = thread == null ? 0 : thread->RobustList;
            ThreadTable.Exit();
            if (thread == null)
            {
                return -Errno.ESRCH;
            }
        }

        return size.TryWrite(RobustHeadBytes) && head.TryWrite(list) ? 0 : -Errno.EFAULT;
    }

    /// <summary>arch_prctl(2). GS is the kernel's.</summary>
    [Syscall(158)]
    internal static long ArchitectureControl(int code, ulong address)
    {
        const int SetGs = 0x1001, SetFs = 0x1002, GetFs = 0x1003, GetGs = 0x1004, GetIdentification = 0x1011, SetIdentification = 0x1012;
        switch (code)
        {
            case SetFs when address < AddressSpace.Highest:
                Scheduler.Current->ThreadPointer = address;
                Instructions.WriteFsBase(address);
                return 0;
            case GetFs:
                return UserMemory.TryWrite(address, Scheduler.Current->ThreadPointer) ? 0 : -Errno.EFAULT;
            case SetFs or SetGs or GetGs:
                return -Errno.EPERM;
            case GetIdentification:
                // CPUID works, and cannot be made to fault.
                return 1;
            case SetIdentification:
                return -Errno.ENODEV;
            default:
                return -Errno.EINVAL;
        }
    }

    /// <summary>prctl(2).</summary>
    [Syscall(157)]
    internal static long Control(int option, ulong argument, ulong second, ulong third, ulong fourth)
    {
        const int SetParentSignal = 1, GetParentSignal = 2, GetDumpable = 3, SetDumpable = 4, GetKeepCapabilities = 7, GetTiming = 13;
        const int SetKeepCapabilities = 8, GetTimestampCounter = 25, SetTimestampCounter = 26, SetSubreaper = 36, GetSubreaper = 37, GetHugePagesDisabled = 42, GetExecuteOnly = 66;
        const int SetName = 15, GetName = 16, GetFilter = 21, ReadBounds = 23, DropBounds = 24, GetSecureBits = 27;
        const int SetTimerSlack = 29, GetTimerSlack = 30, Ambient = 47, GetMachineCheck = 34, SetNoNewPrivileges = 38, GetNoNewPrivileges = 39, GetThreadIdAddress = 40;
        const int MachineCheckDefault = 2, KeepCapabilitiesBit = 0x10;
        const ulong LastCapability = 40, LastSignal = 64;
        switch (option)
        {
            case GetKeepCapabilities:
                return s_keepsCapabilities ? 1 : 0;
            case SetKeepCapabilities:
                s_keepsCapabilities = argument <= 1 ? argument == 1 : s_keepsCapabilities;
                return argument <= 1 ? 0 : -Errno.EINVAL;
            case GetTimestampCounter:
                return UserMemory.TryWrite(argument, 1) ? 0 : -Errno.EFAULT;
            case SetTimestampCounter:
                return argument == 1 ? 0 : -Errno.EINVAL;
            case SetSubreaper:
                // There are no orphans to take.
                s_isSubreaper = argument != 0;
                return 0;
            case GetSubreaper:
                return UserMemory.TryWrite(argument, s_isSubreaper ? 1 : 0) ? 0 : -Errno.EFAULT;
            case GetHugePagesDisabled or GetExecuteOnly:
                return (argument | second | third | fourth) == 0 ? 0 : -Errno.EINVAL;
            case GetSecureBits:
                return s_keepsCapabilities ? KeepCapabilitiesBit : 0;
            case GetTiming or GetFilter:
                return 0;
            case SetParentSignal:
                // The parent never ends, so the signal never comes.
                s_parentSignal = argument <= LastSignal ? (int)argument : s_parentSignal;
                return argument <= LastSignal ? 0 : -Errno.EINVAL;
            case GetParentSignal:
                return UserMemory.TryWrite(argument, s_parentSignal) ? 0 : -Errno.EFAULT;
            case GetDumpable:
                return s_isDumpable ? 1 : 0;
            case SetDumpable:
                s_isDumpable = argument <= 1 ? argument == 1 : s_isDumpable;
                return argument <= 1 ? 0 : -Errno.EINVAL;
            case SetName:
                return ReadName(argument);
            case GetName:
                return UserMemory.TryWrite(argument, Scheduler.Current->Name) ? 0 : -Errno.EFAULT;
            case ReadBounds:
                return argument <= LastCapability ? 1 : -Errno.EINVAL;
            case DropBounds:
                return argument <= LastCapability ? -Errno.EPERM : -Errno.EINVAL;
            case SetTimerSlack:
                // Timers here are exact; the number is the thread's own, 0 being the first one.
                Scheduler.Current->TimerSlack = argument;
                return 0;
            case GetTimerSlack:
                ulong slack = Scheduler.Current->TimerSlack;
                return SchedulingCalls.IsRealTime(Scheduler.Current->Policy) ? 0 : (long)(slack == 0 ? 50_000 : Math.Min(slack, int.MaxValue));
            case Ambient:
                return ControlAmbient(argument, second, third | fourth);
            case GetMachineCheck:
                return (argument | second | third | fourth) == 0 ? MachineCheckDefault : -Errno.EINVAL;
            case SetNoNewPrivileges:
                // There is no execve that could give any.
                bool isValid = argument == 1 && (second | third | fourth) == 0;
                s_hasNoNewPrivileges |= isValid;
                return isValid ? 0 : -Errno.EINVAL;
            case GetNoNewPrivileges:
                return (argument | second | third | fourth) != 0 ? -Errno.EINVAL : s_hasNoNewPrivileges ? 1 : 0;
            case GetThreadIdAddress:
                return UserMemory.TryWrite(argument, Scheduler.Current->ClearOnExit) ? 0 : -Errno.EFAULT;
            default:
                return -Errno.EINVAL;
        }
    }

    // PR_CAP_AMBIENT: none is inheritable, so that none can be ambient. Linux, security/commoncap.c, cap_task_prctl.
    private static long ControlAmbient(ulong operation, ulong capability, ulong unused)
    {
        const ulong IsSet = 1, Raise = 2, Lower = 3, ClearAll = 4;
        const ulong LastCapability = 40;
        if (operation == ClearAll)
        {
            return (capability | unused) == 0 ? 0 : -Errno.EINVAL;
        }

        return unused != 0 || capability > LastCapability || operation is not (IsSet or Raise or Lower) ? -Errno.EINVAL
            : operation == Raise ? -Errno.EPERM
            : 0;
    }

    /// <summary>The first thread is named like its program.</summary>
    /// <param name="path">The program's path.</param>
    internal static Thread.ThreadName NameOf(ReadOnlySpan<byte> path)
    {
        ReadOnlySpan<byte> file = TextBuffer.BehindLast(path, (byte)'/');
        Thread.ThreadName name = default;
        file[..Math.Min(file.Length, Thread.ThreadName.Size - 1)].CopyTo(name);
        return name;
    }

    private static long ReadName(ulong address)
    {
        Thread.ThreadName name = default;
        for (int i = 0; i < Thread.ThreadName.Size - 1; i++)
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

        Scheduler.Current->Name = name;
        return 0;
    }
}
