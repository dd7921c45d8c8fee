using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Descriptors of processes: there is one process to have one of.</summary>
/// <remarks>Source: Linux, kernel/pid.c, kernel/signal.c.</remarks>
internal static unsafe class ProcessDescriptorCalls
{
    /// <summary>pidfd_open(2). It never becomes readable: when the process has ended, nobody is left to look.</summary>
    [Syscall(434)]
    internal static long Open(int process, OpenFlags flags)
    {
        const OpenFlags Known = OpenFlags.NonBlocking | OpenFlags.Exclusive;
        if ((flags & ~Known) != 0 || process <= 0)
        {
            return -Errno.EINVAL;
        }

        return process != Process.Id ? -Errno.ESRCH
            : DescriptorTable.AddAnonymous(PollableFiles.Process, null, (flags & OpenFlags.NonBlocking) | OpenFlags.CloseOnExec | OpenFlags.ReadWrite);
    }

    /// <summary>pidfd_send_signal(2).</summary>
    [Syscall(424)]
    internal static long Send(int descriptor, int signal, UserPointer<SignalInformation> information, uint flags)
    {
        const uint ToThread = 1, ToProcess = 2, ToGroup = 4;
        if (flags is not (0 or ToThread or ToProcess or ToGroup))
        {
            return -Errno.EINVAL;
        }

        if (!IsProcess(descriptor))
        {
            return -Errno.EBADF;
        }

        if (information.IsNull)
        {
            return SignalSending.Kill(Process.Id, signal);
        }

        return !information.TryRead(out SignalInformation wanted) ? -Errno.EFAULT
            : wanted.Number != signal ? -Errno.EINVAL
            : SignalSending.Queue(Process.Id, signal, information);
    }

    /// <summary>pidfd_getfd(2).</summary>
    [Syscall(438)]
    internal static long Duplicate(int descriptor, int target, uint flags)
        => flags != 0 ? -Errno.EINVAL : !IsProcess(descriptor) ? -Errno.EBADF : Opening.Duplicate(target, 0, closeOnExec: true);

    /// <summary>Whether a descriptor is the process's.</summary>
    internal static bool IsProcess(int descriptor)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        bool isProcess = !reference.IsNull && reference.File->Operations == PollableFiles.Process;
        reference.Release();
        return isProcess;
    }
}
