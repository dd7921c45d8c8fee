using AzaleaOS.Threads;

namespace AzaleaOS.Signals;

/// <summary>Masks that hold for one system call: sigsuspend(2), ppoll(2), pselect(2), epoll_pwait(2).</summary>
internal static unsafe class SignalMask
{
    /// <summary>Holds back other signals until the call returns. Before it waits.</summary>
    internal static void Replace(ulong mask)
    {
        ThreadSignals* self = ThreadSignals.Current;
        SignalState.Enter();
        self->SavedMask = self->Blocked;
        self->HasSavedMask = true;
        SignalState.SetBlocked(self, mask);
        SignalState.Exit();
    }

    /// <summary>Goes back to the mask before <see cref="Replace"/>; after a call that a signal ended, that is done once the signal is delivered.</summary>
    internal static void RestoreUnless(bool interrupted)
    {
        ThreadSignals* self = ThreadSignals.Current;
        if (interrupted && IsPending(self))
        {
            return;
        }

        Restore(self);
    }

    /// <summary>Goes back to the mask before <see cref="Replace"/>, if there was one.</summary>
    internal static void Restore(ThreadSignals* self)
    {
        if (!self->HasSavedMask)
        {
            return;
        }

        SignalState.Enter();
        self->HasSavedMask = false;
        SignalState.SetBlocked(self, self->SavedMask);
        SignalState.Exit();
    }

    // The way out of the kernel looks at signals only then.
    private static bool IsPending(ThreadSignals* self) => (self->Thread->Work & ThreadWork.Signal) != 0;
}
