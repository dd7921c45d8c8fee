using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Signals;

namespace AzaleaOS.Syscalls;

/// <summary>Actions, masks and the alternate stack.</summary>
internal static unsafe class SignalCalls
{
    /// <summary>Bytes of a mask: what every call about masks must be told.</summary>
    internal const ulong MaskBytes = 8;

    /// <summary>rt_sigaction(2).</summary>
    [Syscall(13)]
    internal static long SetAction(int signal, UserPointer<SignalAction> action, UserPointer<SignalAction> old, ulong maskBytes)
    {
        if (maskBytes != MaskBytes)
        {
            return -Errno.EINVAL;
        }

        SignalAction wanted = default;
        if (!action.IsNull && !action.TryRead(out wanted))
        {
            return -Errno.EFAULT;
        }

        if (signal is < 1 or > SignalNumber.Last || (!action.IsNull && (SignalSet.Uncatchable & SignalSet.Of(signal)) != 0))
        {
            return -Errno.EINVAL;
        }

        SignalState.Enter();
        ref SignalAction current = ref SignalState.ActionFor(signal);
        SignalAction before = current;
        if (!action.IsNull)
        {
            wanted.Flags &= SignalActionFlags.All;
            wanted.Mask &= ~SignalSet.Uncatchable;
            current = wanted;
            if (SignalState.DispositionOf(signal) == Disposition.Ignore)
            {
                // POSIX 2.4.3: what is pending is dropped, held back or not.
                SignalState.DiscardEverywhere(SignalSet.Of(signal));
            }
        }

        SignalState.Exit();
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

        ThreadSignals* self = ThreadSignals.Current;
        ulong before = self->Blocked;
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

            SignalState.Enter();
            SignalState.SetBlocked(self, how == Block ? before | mask : how == Unblock ? before & ~mask : mask);
            SignalState.Exit();
        }

        return old.IsNull || old.TryWrite(before) ? 0 : -Errno.EFAULT;
    }

    /// <summary>rt_sigpending(2): what is held back and waits. Fewer bytes of the mask can be asked for.</summary>
    [Syscall(127)]
    internal static long GetPending(ulong set, ulong maskBytes)
    {
        if (maskBytes > MaskBytes)
        {
            return -Errno.EINVAL;
        }

        ThreadSignals* self = ThreadSignals.Current;
        ulong pending = (self->Pending.Set | SignalState.Shared.Set) & self->Blocked;
        return UserMemory.CopyOut(set, &pending, maskBytes) == maskBytes ? 0 : -Errno.EFAULT;
    }

    /// <summary>sigaltstack(2).</summary>
    [Syscall(131)]
    internal static long SetStack(UserPointer<SignalStack> stack, UserPointer<SignalStack> old)
    {
        SignalStack wanted = default;
        if (!stack.IsNull && !stack.TryRead(out wanted))
        {
            return -Errno.EFAULT;
        }

        ThreadSignals* self = ThreadSignals.Current;
        ulong stackPointer = self->Thread->EntryFrame->Rsp;
        SignalStack before = AlternateStack.Describe(self->AlternateStack, stackPointer);
        long result = stack.IsNull ? 0 : AlternateStack.Set(ref self->AlternateStack, wanted, stackPointer);
        return result < 0 ? result : old.IsNull || old.TryWrite(before) ? 0 : -Errno.EFAULT;
    }
}
