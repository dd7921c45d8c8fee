using AzaleaOS.Abi;
using AzaleaOS.Memory;
using AzaleaOS.Signals;

namespace AzaleaOS.Syscalls;

/// <summary>The signals that a call holds back while it waits: ppoll, pselect6, epoll_pwait.</summary>
internal static class TemporaryMask
{
    /// <summary>Sets the mask that the application gives; none keeps the one it has.</summary>
    /// <returns>0, or -EINVAL, -EFAULT.</returns>
    internal static long Set(UserPointer<ulong> mask, ulong bytes)
    {
        if (mask.IsNull)
        {
            return 0;
        }

        if (bytes != sizeof(ulong))
        {
            return -Errno.EINVAL;
        }

        if (!mask.TryRead(out ulong value))
        {
            return -Errno.EFAULT;
        }

        SignalMask.Replace(value);
        return 0;
    }

    /// <summary>Puts back the mask that was there before; after an interruption only when the handler returns.</summary>
    internal static void Restore(UserPointer<ulong> mask, bool isInterrupted)
    {
        if (!mask.IsNull)
        {
            SignalMask.RestoreUnless(isInterrupted);
        }
    }
}
