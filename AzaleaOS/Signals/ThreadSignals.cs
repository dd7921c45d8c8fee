using AzaleaOS.Abi.Linux;
using AzaleaOS.Threads;

namespace AzaleaOS.Signals;

/// <summary>What concerns one thread's signals.</summary>
/// <remarks>
/// Guarded by the lock of <see cref="SignalState"/>, except: <see cref="Blocked"/> and the saved mask may be read by their own
/// thread without it, since nobody else writes them; <see cref="AlternateStack"/>, <see cref="Restart"/> and <see cref="Fault"/> are the thread's own.
/// </remarks>
internal unsafe struct ThreadSignals
{
    /// <summary>The next thread of the process.</summary>
    internal ThreadSignals* Next;

    /// <summary>The one before it.</summary>
    internal ThreadSignals* Previous;

    /// <summary>The thread.</summary>
    internal Thread* Thread;

    /// <summary>Held back.</summary>
    internal ulong Blocked;

    /// <summary>What was held back before sigtimedwait(2) let some of it through; 0 otherwise. Such signals are not dropped even if they are ignored.</summary>
    internal ulong BlockedBeforeWait;

    /// <summary>The mask to go back to after the signal that ends sigsuspend(2), ppoll(2) and the like.</summary>
    internal ulong SavedMask;

    /// <summary>Whether there is one.</summary>
    internal bool HasSavedMask;

    /// <summary>A signal may be deliverable; <see cref="ThreadWork.Signal"/> is set, too.</summary>
    internal bool IsNotified;

    /// <summary>The thread is ending and takes no more signals.</summary>
    internal bool IsLeaving;

    /// <summary>Signals for this thread alone.</summary>
    internal PendingSignals Pending;

    /// <summary>Where handlers with SA_ONSTACK run, flags as they were set.</summary>
    internal SignalStack AlternateStack;

    /// <summary>How an interrupted call goes on.</summary>
    internal RestartBlock Restart;

    /// <summary>The last fault.</summary>
    internal FaultRecord Fault;

    /// <summary>The running thread's.</summary>
    internal static ThreadSignals* Current => Scheduler.Current->Signals;

    /// <summary>Whether a signal can be delivered to it. Under the lock.</summary>
    internal readonly bool HasDeliverable => ((Pending.Set | SignalState.Shared.Set) & ~Blocked) != 0;

    /// <summary>Whether it runs on a core just now.</summary>
    internal readonly bool IsRunning => Thread->Core != null && Thread->Core->Running == Thread;
}
