using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Signals;
using AzaleaOS.Threads;
using Interlocked = System.Threading.Interlocked;

namespace AzaleaOS.Syscalls;

/// <summary>Waiting for signals, and the two calls that the way out of the kernel needs.</summary>
internal static unsafe class SignalWaits
{
    /// <summary>rt_sigreturn(2): the registers are loaded on the way out of the kernel.</summary>
    [Syscall(15)]
    internal static long Return()
    {
        Interlocked.Or(ref Scheduler.Current->Work, ThreadWork.SignalReturn);
        Scheduler.Notify(Scheduler.Current);
        return 0;
    }

    /// <summary>restart_syscall(2).</summary>
    [Syscall(219)]
    internal static long Restart() => RestartBlock.Run(&ThreadSignals.Current->Restart);

    /// <summary>pause(2).</summary>
    [Syscall(34)]
    internal static long Pause()
    {
        WaitForDelivery();
        return -Errno.ERESTARTNOHAND;
    }

    /// <summary>rt_sigsuspend(2).</summary>
    [Syscall(130)]
    internal static long Suspend(UserPointer<ulong> set, ulong maskBytes)
    {
        if (maskBytes != SignalCalls.MaskBytes)
        {
            return -Errno.EINVAL;
        }

        if (!set.TryRead(out ulong mask))
        {
            return -Errno.EFAULT;
        }

        SignalMask.Replace(mask);
        WaitForDelivery();
        return -Errno.ERESTARTNOHAND;
    }

    /// <summary>rt_sigtimedwait(2).</summary>
    /// <returns>The signal's number, or -EAGAIN when the time is over, -EINTR when another signal was delivered.</returns>
    [Syscall(128)]
    internal static long Wait(UserPointer<ulong> set, UserPointer<SignalInformation> to, UserPointer<Timespec> timeout, ulong maskBytes)
    {
        if (maskBytes != SignalCalls.MaskBytes)
        {
            return -Errno.EINVAL;
        }

        if (!set.TryRead(out ulong wanted))
        {
            return -Errno.EFAULT;
        }

        long deadline = Scheduler.Never;
        bool mayWait = true;
        if (!timeout.IsNull)
        {
            if (!timeout.TryRead(out Timespec time))
            {
                return -Errno.EFAULT;
            }

            if (!TimeCalls.IsValid(time))
            {
                return -Errno.EINVAL;
            }

            long span = TimeCalls.ToNanoseconds(time);
            mayWait = span != 0;
            deadline = TimerClocks.Add(Clock.Monotonic(), span);
        }

        SignalInformation information;
        long result = Wait(wanted & ~SignalSet.Uncatchable, mayWait, deadline, &information);
        return result < 0 || to.IsNull || to.TryWrite(information) ? result : -Errno.EFAULT;
    }

    private static long Wait(ulong wanted, bool mayWait, long deadline, SignalInformation* information)
    {
        ThreadSignals* self = ThreadSignals.Current;
        SignalState.Enter();
        int signal = SignalReader.Take(self, wanted, information);
        if (signal != 0 || !mayWait)
        {
            SignalState.Recalculate(self);
            SignalState.Exit();
            return signal != 0 ? signal : -Errno.EAGAIN;
        }

        // While it waits, what it waits for interrupts it.
        self->BlockedBeforeWait = self->Blocked;
        SignalState.SetBlocked(self, self->Blocked & ~wanted);
        Scheduler.Arm();
        SignalState.Exit();
        WakeReason reason = Scheduler.Block(deadline);

        SignalState.Enter();
        ulong before = self->BlockedBeforeWait;
        self->BlockedBeforeWait = 0;
        signal = SignalReader.Take(self, wanted, information);
        SignalState.SetBlocked(self, before);
        SignalState.Exit();
        return signal != 0 ? signal : reason == WakeReason.TimedOut ? -Errno.EAGAIN : -Errno.EINTR;
    }

    private static void WaitForDelivery()
    {
        do
        {
            Scheduler.Arm();
        }
        while (Scheduler.Block() != WakeReason.Interrupted);
    }
}
