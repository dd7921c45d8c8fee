using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;
using AzaleaOS.Signals;
using AzaleaOS.Threads;

namespace AzaleaOS.Syscalls;

/// <summary>Sending signals. There is nobody but the process itself.</summary>
internal static unsafe class SignalSending
{
    /// <summary>kill(2): a thread's number means the process as well, and so does its group.</summary>
    [Syscall(62)]
    internal static long Kill(int process, int signal)
    {
        SignalInformation information = FromHere(signal, SignalCode.User);
        return process switch
        {
            // All others but the sender: there are none.
            -1 => -Errno.ESRCH,
            0 => SendToProcess(&information, Process.Id),
            > 0 => SendToProcess(&information, process),
            _ => process == -Process.Id ? SendToProcess(&information, Process.Id) : -Errno.ESRCH,
        };
    }

    /// <summary>tkill(2).</summary>
    [Syscall(200)]
    internal static long KillThread(int thread, int signal)
    {
        SignalInformation information = FromHere(signal, SignalCode.ThreadKill);
        return thread <= 0 ? -Errno.EINVAL : SendToThread(&information, thread);
    }

    /// <summary>tgkill(2).</summary>
    [Syscall(234)]
    internal static long KillThread(int process, int thread, int signal)
    {
        SignalInformation information = FromHere(signal, SignalCode.ThreadKill);
        return process <= 0 || thread <= 0 ? -Errno.EINVAL
            : process != Process.Id ? -Errno.ESRCH
            : SendToThread(&information, thread);
    }

    /// <summary>rt_sigqueueinfo(2).</summary>
    [Syscall(129)]
    internal static long Queue(int process, int signal, UserPointer<SignalInformation> from)
    {
        long result = Read(from, signal, out SignalInformation information);
        return result < 0 ? result
            : IsForbidden(information.Code, process) ? -Errno.EPERM
            : SendToProcess(&information, process);
    }

    /// <summary>rt_tgsigqueueinfo(2).</summary>
    [Syscall(297)]
    internal static long QueueToThread(int process, int thread, int signal, UserPointer<SignalInformation> from)
    {
        long result = Read(from, signal, out SignalInformation information);
        return result < 0 ? result
            : process <= 0 || thread <= 0 ? -Errno.EINVAL
            : IsForbidden(information.Code, thread) ? -Errno.EPERM
            : process != Process.Id ? -Errno.ESRCH
            : SendToThread(&information, thread);
    }

    // Only to itself may a thread send what looks like the kernel's or tkill's.
    private static bool IsForbidden(int code, int target) => (code >= 0 || code == SignalCode.ThreadKill) && target != ThreadSignals.Current->Thread->Id;

    private static long Read(UserPointer<SignalInformation> from, int signal, out SignalInformation information)
    {
        if (!from.TryRead(out information))
        {
            return -Errno.EFAULT;
        }

        information.Number = signal;
        return 0;
    }

    private static SignalInformation FromHere(int signal, int code) => new() { Number = signal, Code = code, Process = Process.Id };

    private static long SendToProcess(SignalInformation* information, int process)
    {
        ThreadTable.Enter();
        Thread* thread = ThreadTable.Find(process);

        // The first thread may have ended before the others.
        thread = thread == null && process == Process.Id ? ThreadTable.First : thread;
        long result = Send(information, thread, toProcess: true);
        ThreadTable.Exit();
        return result;
    }

    private static long SendToThread(SignalInformation* information, int id)
    {
        ThreadTable.Enter();
        long result = Send(information, ThreadTable.Find(id), toProcess: false);
        ThreadTable.Exit();
        return result;
    }

    private static long Send(SignalInformation* information, Thread* thread, bool toProcess)
    {
        if (thread == null)
        {
            return -Errno.ESRCH;
        }

        int signal = information->Number;
        if (signal is < 0 or > SignalNumber.Last)
        {
            return -Errno.EINVAL;
        }

        // Signal 0 asks whether there is somebody. A thread that is about to end takes nothing any more.
        ThreadSignals* target = thread->Signals;
        return signal == 0 || target == null ? 0
            : toProcess ? SignalSender.ToProcess(information, target)
            : SignalSender.ToThread(information, target);
    }
}
