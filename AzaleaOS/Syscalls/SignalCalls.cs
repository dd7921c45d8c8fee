using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;
using AzaleaOS.Signals;

namespace AzaleaOS.Syscalls;

/// <summary>Signals. What is asked for is recorded; handlers are not run yet, and what would run one is -ENOSYS.</summary>
internal static class SignalCalls
{
    private const ulong MaskBytes = 8;
    private const ulong SmallestStack = 2048;

    /// <summary>rt_sigaction(2).</summary>
    [Syscall(13)]
    internal static long SetAction(int signal, UserPointer<SignalAction> action, UserPointer<SignalAction> old, ulong maskBytes)
    {
        if (maskBytes != MaskBytes || signal is < 1 or > SignalState.Last)
        {
            return -Errno.EINVAL;
        }

        SignalAction wanted = default;
        if (!action.IsNull && !action.TryRead(out wanted))
        {
            return -Errno.EFAULT;
        }

        if (!action.IsNull && (SignalState.Uncatchable & (1UL << (signal - 1))) != 0)
        {
            return -Errno.EINVAL;
        }

        ref SignalAction current = ref SignalState.ActionFor(signal);
        SignalAction before = current;
        if (!action.IsNull)
        {
            wanted.Mask &= ~SignalState.Uncatchable;
            current = wanted;
        }

        return old.IsNull || old.TryWrite(before) ? 0 : -Errno.EFAULT;
    }

    /// <summary>rt_sigprocmask(2).</summary>
    [Syscall(14)]
    internal static long SetMask(int how, UserPointer<ulong> set, UserPointer<ulong> old, ulong maskBytes)
    {
        const int Block = 0, Unblock = 1, Replace = 2;
        if (maskBytes != MaskBytes)
        {
            return -Errno.EINVAL;
        }

        ulong before = SignalState.Blocked;
        if (!set.IsNull)
        {
            if (!set.TryRead(out ulong mask))
            {
                return -Errno.EFAULT;
            }

            if (how is not (Block or Unblock or Replace))
            {
                return -Errno.EINVAL;
            }

            ulong after = how == Block ? before | mask : how == Unblock ? before & ~mask : mask;
            SignalState.Blocked = after & ~SignalState.Uncatchable;
        }

        return old.IsNull || old.TryWrite(before) ? 0 : -Errno.EFAULT;
    }

    /// <summary>rt_sigpending(2): no signal waits, see <see cref="Send"/>.</summary>
    [Syscall(127)]
    internal static long GetPending(UserPointer<ulong> set, ulong maskBytes)
        => maskBytes > MaskBytes ? -Errno.EINVAL : set.TryWrite(0) ? 0 : -Errno.EFAULT;

    /// <summary>sigaltstack(2).</summary>
    [Syscall(131)]
    internal static long SetStack(UserPointer<SignalStack> stack, UserPointer<SignalStack> old)
    {
        SignalStack wanted = default;
        if (!stack.IsNull && !stack.TryRead(out wanted))
        {
            return -Errno.EFAULT;
        }

        SignalStack before = SignalState.AlternateStack;
        if (!stack.IsNull)
        {
            int mode = wanted.Flags & ~SignalStackFlags.DisarmAutomatically;
            if (mode is not (0 or SignalStackFlags.InUse or SignalStackFlags.Disabled))
            {
                return -Errno.EINVAL;
            }

            if (mode == SignalStackFlags.Disabled)
            {
                wanted = new SignalStack { Flags = SignalStackFlags.Disabled };
            }
            else if (wanted.Size < SmallestStack)
            {
                return -Errno.ENOMEM;
            }

            wanted.Flags &= ~SignalStackFlags.InUse;
            SignalState.AlternateStack = wanted;
        }

        return old.IsNull || old.TryWrite(before) ? 0 : -Errno.EFAULT;
    }

    /// <summary>kill(2): there is nobody but the process itself.</summary>
    [Syscall(62)]
    internal static long Kill(int process, int signal)
        => process is 0 or -1 || process == Process.Id || process == -Process.Id ? Send(signal) : -Errno.ESRCH;

    /// <summary>tkill(2).</summary>
    [Syscall(200)]
    internal static long KillThread(int thread, int signal)
        => thread <= 0 ? -Errno.EINVAL : thread == Process.Id ? Send(signal) : -Errno.ESRCH;

    /// <summary>tgkill(2).</summary>
    [Syscall(234)]
    internal static long KillThread(int process, int thread, int signal)
        => process <= 0 || thread <= 0 ? -Errno.EINVAL
            : process == Process.Id && thread == Process.Id ? Send(signal)
            : -Errno.ESRCH;

    private static long Send(int signal)
    {
        if (signal is < 0 or > SignalState.Last)
        {
            return -Errno.EINVAL;
        }

        if (signal == 0)
        {
            return 0;
        }

        bool isBlocked = (SignalState.Blocked & (1UL << (signal - 1))) != 0;
        switch (SignalState.DispositionOf(signal))
        {
            case Disposition.Ignore when !isBlocked:
                return 0;
            case Disposition.Terminate when !isBlocked:
                Log.Line($"terminated by signal {signal}");
                unsafe
                {
                    Process.End(128 + signal);
                }

                return 0;
            default:
                return -Errno.ENOSYS;
        }
    }
}
