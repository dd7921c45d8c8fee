using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Signals;

/// <summary>The rules of sigaltstack(2).</summary>
/// <remarks>As in Linux, kernel/signal.c and include/linux/sched/signal.h.</remarks>
internal static class AlternateStack
{
    // MINSIGSTKSZ of x86-64. Linux asks for more only when it is told to (strict_sas_size).
    private const ulong SmallestSize = 2048;

    /// <summary>None.</summary>
    internal static SignalStack None => new() { Flags = SignalStackFlags.Disabled };

    /// <summary>Whether an address is on the stack, as far as a program may know: one that is given up while in use never is.</summary>
    internal static bool IsInUse(in SignalStack stack, ulong stackPointer)
        => (stack.Flags & SignalStackFlags.DisarmAutomatically) == 0 && Holds(stack, stackPointer);

    /// <summary>Whether an address is on the stack.</summary>
    internal static bool Holds(in SignalStack stack, ulong stackPointer)
        => stackPointer > stack.Base && stackPointer - stack.Base <= stack.Size;

    /// <summary>What sigaltstack(2) tells about the stack.</summary>
    internal static SignalStack Describe(in SignalStack stack, ulong stackPointer) => new()
    {
        Base = stack.Base,
        Size = stack.Size,
        Flags = Mode(stack, stackPointer) | (stack.Flags & SignalStackFlags.DisarmAutomatically),
    };

    /// <summary>SS_DISABLE, SS_ONSTACK, or 0: there is one and it is free.</summary>
    internal static int Mode(in SignalStack stack, ulong stackPointer)
        => stack.Size == 0 ? SignalStackFlags.Disabled
            : IsInUse(stack, stackPointer) ? SignalStackFlags.InUse
            : 0;

    /// <summary>Sets the stack.</summary>
    /// <returns>0, or -EPERM while it is in use, -EINVAL, -ENOMEM.</returns>
    internal static long Set(ref SignalStack stack, in SignalStack wanted, ulong stackPointer)
    {
        if (IsInUse(stack, stackPointer))
        {
            return -Errno.EPERM;
        }

        int mode = wanted.Flags & ~SignalStackFlags.DisarmAutomatically;
        if (mode is not (0 or SignalStackFlags.InUse or SignalStackFlags.Disabled))
        {
            return -Errno.EINVAL;
        }

        if (mode == SignalStackFlags.Disabled)
        {
            stack = new SignalStack { Flags = wanted.Flags };
            return 0;
        }

        if (wanted.Size < SmallestSize)
        {
            return -Errno.ENOMEM;
        }

        stack = new SignalStack { Base = wanted.Base, Size = wanted.Size, Flags = wanted.Flags };
        return 0;
    }
}
