using System.Runtime.CompilerServices;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;
using AzaleaOS.Threads;
using Interlocked = System.Threading.Interlocked;

namespace AzaleaOS.Signals;

/// <summary>The process's signals: actions, what waits for no particular thread, and the threads.</summary>
/// <remarks>
/// One lock guards everything: signals are rare, and most operations concern several threads. It is taken after
/// the thread table's and before those of wait queues, timers and run queues.
/// </remarks>
internal static unsafe class SignalState
{
    // RLIMIT_SIGPENDING of Linux: half the number of threads, which may take an eighth of memory with their stacks of 16 KiB.
    private const ulong MemoryPerSignal = 16 * 1024 * 8 * 2;
    private const int SmallestLimit = 128;

    private static SpinLock s_lock;
    private static ActionTable s_actions;
    private static PendingSignals s_shared;
    private static ObjectPool<QueuedSignal> s_entries;
    private static ObjectPool<ThreadSignals> s_threads;
    private static ThreadSignals* s_first;
    private static ThreadSignals* s_last;

    /// <summary>Ends the process with an exit status, 0 to 255. Does not return. Set by whoever started it.</summary>
    internal static delegate*<int, void> End { get; set; }

    /// <summary>The process's number: si_pid of what it sends itself.</summary>
    internal const int ProcessId = 2;

    /// <summary>The first of the process's threads. Under the lock.</summary>
    internal static ThreadSignals* First => s_first;

    /// <summary>Where the search for a thread goes on that takes a signal for the process. Under the lock.</summary>
    internal static ThreadSignals* LastChosen { get; set; }

    /// <summary>Signals for the process. Under the lock.</summary>
    internal static ref PendingSignals Shared => ref s_shared;

    /// <summary>All threads stand still until SIGCONT. Under the lock.</summary>
    internal static bool IsStopped { get; set; }

    /// <summary>The signal that ends the process, or 0. Under the lock.</summary>
    internal static int Fatal { get; set; }

    /// <summary>The end of the process has been reported. Under the lock.</summary>
    internal static bool IsEnding { get; set; }

    /// <summary>RLIMIT_SIGPENDING: how many signals and timers there can be.</summary>
    internal static int Limit { get; private set; } = SmallestLimit;

    /// <summary>How many of <see cref="Limit"/> are in use. Under the lock.</summary>
    internal static int InUse { get; private set; }

    /// <summary>Default actions, no threads, nothing pending.</summary>
    /// <param name="memory">Bytes of memory, which the number of pending signals follows.</param>
    internal static void Reset(ulong memory)
    {
        s_lock = default;
        s_actions = default;
        s_shared = default;
        s_entries = default;
        s_threads = default;
        s_first = null;
        s_last = null;
        LastChosen = null;
        IsStopped = false;
        Fatal = 0;
        IsEnding = false;
        InUse = 0;
        PosixTimers.Reset();
        IntervalTimers.Reset();
        Limit = (int)Math.Clamp(memory / MemoryPerSignal, SmallestLimit, int.MaxValue / 2);
    }

    /// <summary>Takes the lock.</summary>
    internal static void Enter() => s_lock.Enter();

    /// <summary>Gives it back.</summary>
    internal static void Exit() => s_lock.Exit();

    /// <summary>What is to happen for a signal. Under the lock.</summary>
    internal static ref SignalAction ActionFor(int signal) => ref s_actions[signal - 1];

    /// <summary>What a signal does now. Under the lock.</summary>
    internal static Disposition DispositionOf(int signal)
    {
        const ulong Ignore = 1;
        ulong bit = SignalSet.Of(signal);
        ulong handler = ActionFor(signal).Handler;
        if (handler > Ignore)
        {
            return Disposition.Handler;
        }

        return handler == Ignore || (SignalSet.IgnoredByDefault & bit) != 0 ? Disposition.Ignore
            : (SignalSet.StopsByDefault & bit) != 0 ? Disposition.Stop
            : Disposition.Terminate;
    }

    /// <summary>Makes a new thread's signals: its mask is its parent's, nothing is pending, there is no alternate stack.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="parent">Who makes it; null for the first.</param>
    /// <returns>Null when memory is exhausted.</returns>
    internal static ThreadSignals* AddThread(Thread* thread, Thread* parent)
    {
        Enter();
        ThreadSignals* added = s_threads.Take();
        if (added != null)
        {
            added->Thread = thread;
            if (parent != null)
            {
                // As in Linux, the first thread's flags are 0 although it has no stack either.
                added->AlternateStack = AlternateStack.None;
                added->Blocked = parent->Signals->Blocked;
                added->Fault = parent->Signals->Fault;
            }

            Append(added);
            thread->Signals = added;
            if (IsStopped)
            {
                Notify(added);
            }
        }

        Exit();
        return added;
    }

    /// <summary>Forgets a thread that ends. What it would have taken of the process's signals is left to the others.</summary>
    internal static void RemoveThread(Thread* thread)
    {
        ThreadSignals* leaving = thread->Signals;
        Enter();
        leaving->IsLeaving = true;
        Unlink(leaving);
        PosixTimers.Forget(leaving);
        Discard(ref leaving->Pending, ulong.MaxValue);
        LetOthersTake(~leaving->Blocked, leaving);
        thread->Signals = null;
        s_threads.Return(leaving);
        Exit();
    }

    /// <summary>Sets what a thread holds back. Its own thread only, or before it runs; under the lock.</summary>
    internal static void SetBlocked(ThreadSignals* self, ulong mask)
    {
        ulong after = mask & ~SignalSet.Uncatchable;
        ulong newlyBlocked = after & ~self->Blocked;
        if (self->IsNotified && newlyBlocked != 0)
        {
            LetOthersTake(newlyBlocked, self);
        }

        self->Blocked = after;
        Recalculate(self);
    }

    /// <summary>Finds out anew whether the running thread has a signal to take. Under the lock.</summary>
    internal static void Recalculate(ThreadSignals* self)
    {
        if (self->HasDeliverable || IsStopped || Fatal != 0)
        {
            Notify(self);
        }
        else if (self->IsNotified)
        {
            self->IsNotified = false;
            Interlocked.And(ref self->Thread->Work, ~ThreadWork.Signal);
        }
    }

    /// <summary>Tells a thread that there is a signal for it. Under the lock.</summary>
    internal static void Notify(ThreadSignals* thread)
    {
        thread->IsNotified = true;
        Interlocked.Or(ref thread->Thread->Work, ThreadWork.Signal);

        // A thread that has no core yet looks at its work when it starts.
        if (thread->Thread->Core != null)
        {
            Scheduler.Interrupt(thread->Thread);
        }
    }

    /// <summary>Takes a place for a signal or a timer out of <see cref="Limit"/>. Under the lock.</summary>
    internal static bool TryCount(bool mayExceedLimit)
    {
        if (InUse >= Limit && !mayExceedLimit)
        {
            return false;
        }

        InUse++;
        return true;
    }

    /// <summary>Gives a place back. Under the lock.</summary>
    internal static void Uncount() => InUse--;

    /// <summary>Makes a queue entry; null when the limit is reached or memory exhausted. Under the lock.</summary>
    internal static QueuedSignal* NewEntry(bool mayExceedLimit)
    {
        if (!TryCount(mayExceedLimit))
        {
            return null;
        }

        QueuedSignal* entry = s_entries.Take();
        if (entry == null)
        {
            Uncount();
        }

        return entry;
    }

    /// <summary>Gives back an entry that is in no queue any more. Under the lock.</summary>
    internal static void Release(QueuedSignal* entry)
    {
        if (entry->Timer == null)
        {
            s_entries.Return(entry);
            Uncount();
        }
    }

    /// <summary>Drops some signals wherever they wait. Under the lock.</summary>
    internal static void DiscardEverywhere(ulong signals)
    {
        Discard(ref s_shared, signals);
        for (ThreadSignals* thread = s_first; thread != null; thread = thread->Next)
        {
            Discard(ref thread->Pending, signals);
        }
    }

    private static void Discard(ref PendingSignals pending, ulong signals)
    {
        if ((pending.Set & signals) == 0)
        {
            return;
        }

        QueuedSignal* entry;
        while ((entry = pending.TakeAny(signals)) != null)
        {
            if (entry->Timer != null)
            {
                PosixTimers.Dropped(entry->Timer);
            }
            else
            {
                Release(entry);
            }
        }
    }

    // Signals of the process that one thread does not take any more.
    private static void LetOthersTake(ulong signals, ThreadSignals* except)
    {
        ulong left = s_shared.Set & signals;
        for (ThreadSignals* thread = s_first; thread != null && left != 0; thread = thread->Next)
        {
            if (thread == except || thread->IsLeaving || (left & ~thread->Blocked) == 0)
            {
                continue;
            }

            left &= thread->Blocked;
            if (!thread->IsNotified)
            {
                Notify(thread);
            }
        }
    }

    private static void Append(ThreadSignals* added)
    {
        added->Previous = s_last;
        if (s_last == null)
        {
            s_first = added;
        }
        else
        {
            s_last->Next = added;
        }

        s_last = added;
    }

    private static void Unlink(ThreadSignals* leaving)
    {
        if (LastChosen == leaving)
        {
            LastChosen = null;
        }

        if (leaving->Previous == null)
        {
            s_first = leaving->Next;
        }
        else
        {
            leaving->Previous->Next = leaving->Next;
        }

        if (leaving->Next == null)
        {
            s_last = leaving->Previous;
        }
        else
        {
            leaving->Next->Previous = leaving->Previous;
        }
    }

    [InlineArray(SignalNumber.Last)]
    private struct ActionTable
    {
        private SignalAction _first;
    }
}
