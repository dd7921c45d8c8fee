using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Signals;

/// <summary>Sends signals.</summary>
/// <remarks>The rules, and their order, are those of Linux (kernel/signal.c).</remarks>
internal static unsafe class SignalSender
{
    private const ulong Ignore = 1;

    /// <summary>Sends a signal to the process.</summary>
    /// <param name="information">Number, code, and what belongs to the code.</param>
    /// <param name="target">The thread that takes it if it can, and whose mask says whether an ignored signal is dropped.</param>
    /// <returns>0, or -EAGAIN.</returns>
    internal static long ToProcess(SignalInformation* information, ThreadSignals* target)
    {
        SignalState.Enter();
        long result = Send(information, target, toProcess: true);
        SignalState.Exit();
        return result;
    }

    /// <summary>Sends a signal to the process as the kernel's own, of which there is nothing to be told.</summary>
    internal static void ToProcess(int signal)
    {
        SignalInformation information = new() { Number = signal, Code = SignalCode.Kernel };
        SignalState.Enter();
        if (SignalState.First != null)
        {
            Send(&information, SignalState.First, toProcess: true);
        }

        SignalState.Exit();
    }

    /// <summary>Sends a signal to one thread.</summary>
    /// <returns>0, or -EAGAIN.</returns>
    internal static long ToThread(SignalInformation* information, ThreadSignals* target)
    {
        SignalState.Enter();
        long result = Send(information, target, toProcess: false);
        SignalState.Exit();
        return result;
    }

    /// <summary>SIGPIPE to the running thread, because it wrote where nobody reads.</summary>
    internal static void RaisePipe()
    {
        ThreadSignals* self = ThreadSignals.Current;
        SignalInformation information = new() { Number = SignalNumber.Pipe, Code = SignalCode.User, Process = SignalState.ProcessId };
        ToThread(&information, self);
    }

    /// <summary>A signal of the instruction that the running thread is at: it ends the process if it is held back or ignored.</summary>
    internal static void Force(SignalInformation* information)
    {
        SignalState.Enter();
        Force(information, ThreadSignals.Current, mustEnd: false);
        SignalState.Exit();
    }

    /// <summary>The same, under the lock.</summary>
    /// <param name="information">Number, code, address.</param>
    /// <param name="self">The running thread.</param>
    /// <param name="mustEnd">The process ends whatever its action says.</param>
    internal static void Force(SignalInformation* information, ThreadSignals* self, bool mustEnd)
    {
        int signal = information->Number;
        ref SignalAction action = ref SignalState.ActionFor(signal);
        bool isBlocked = (self->Blocked & SignalSet.Of(signal)) != 0;
        if (isBlocked || action.Handler == Ignore || mustEnd)
        {
            action.Handler = 0;
            self->Blocked &= ~SignalSet.Of(signal);
        }

        Send(information, self, toProcess: false);
        if (!self->IsNotified)
        {
            // It was pending already, held back until now.
            SignalState.Notify(self);
        }
    }

    /// <summary>Queues the signal of a timer. Under the lock.</summary>
    /// <returns>False if it was dropped because it is ignored.</returns>
    internal static bool SendTimer(QueuedSignal* entry, ThreadSignals* target, bool toProcess)
    {
        int signal = entry->Number;
        if (!Prepare(signal, target))
        {
            return false;
        }

        PendingOf(target, toProcess).Add(entry);
        Announce(signal, target, toProcess);
        return true;
    }

    private static long Send(SignalInformation* information, ThreadSignals* target, bool toProcess)
    {
        int signal = information->Number;
        if (!Prepare(signal, target))
        {
            return 0;
        }

        ref PendingSignals pending = ref PendingOf(target, toProcess);
        bool isRealTime = signal >= SignalNumber.FirstRealTime;
        if (!isRealTime && pending.Has(signal))
        {
            return 0;
        }

        QueuedSignal* entry = null;
        if (signal != SignalNumber.Kill)
        {
            entry = SignalState.NewEntry(mayExceedLimit: !isRealTime && information->Code >= SignalCode.User);
            if (entry == null && isRealTime && information->Code != SignalCode.User)
            {
                return -Errno.EAGAIN;
            }
        }

        if (entry != null)
        {
            entry->Set(information);
            pending.Add(entry);
        }
        else
        {
            pending.Add(signal);
        }

        Announce(signal, target, toProcess);
        return 0;
    }

    private static ref PendingSignals PendingOf(ThreadSignals* target, bool toProcess)
    {
        if (toProcess)
        {
            return ref SignalState.Shared;
        }

        return ref target->Pending;
    }

    /// <summary>What a stop or SIGCONT does already when it is sent.</summary>
    /// <returns>False if the signal is ignored, and so forgotten.</returns>
    private static bool Prepare(int signal, ThreadSignals* target)
    {
        ulong bit = SignalSet.Of(signal);
        if (SignalState.Fatal != 0)
        {
            return false;
        }

        if ((SignalSet.StopsByDefault & bit) != 0)
        {
            SignalState.DiscardEverywhere(SignalSet.Continuing);
        }
        else if (signal == SignalNumber.Continue)
        {
            SignalState.DiscardEverywhere(SignalSet.StopsByDefault);
            ProcessStop.End();
        }

        // What is held back may get another action until it is let through.
        return ((target->Blocked | target->BlockedBeforeWait) & bit) != 0 || SignalState.DispositionOf(signal) != Disposition.Ignore;
    }

    private static void Announce(int signal, ThreadSignals* target, bool toProcess)
    {
        SignalReader.Announce();
        ThreadSignals* receiver = Choose(signal, target, toProcess);
        if (receiver == null)
        {
            return;
        }

        ulong bit = SignalSet.Of(signal);
        if (SignalState.DispositionOf(signal) == Disposition.Terminate
            && (SignalSet.Dumping & bit) == 0
            && (receiver->BlockedBeforeWait & bit) == 0)
        {
            // Nothing that waits before it is delivered any more.
            SignalState.Fatal = signal;
            ProcessStop.End();
        }

        SignalState.Notify(receiver);
    }

    /// <summary>The thread that is told: the target if it can take the signal, for the process another one that can.</summary>
    private static ThreadSignals* Choose(int signal, ThreadSignals* target, bool toProcess)
    {
        if (Wants(signal, target))
        {
            return target;
        }

        if (!toProcess)
        {
            return null;
        }

        ThreadSignals* start = SignalState.LastChosen != null ? SignalState.LastChosen : SignalState.First;
        ThreadSignals* thread = start;
        do
        {
            if (Wants(signal, thread))
            {
                SignalState.LastChosen = thread;
                return thread;
            }

            thread = thread->Next != null ? thread->Next : SignalState.First;
        }
        while (thread != start);
        return null;
    }

    private static bool Wants(int signal, ThreadSignals* thread)
        => !thread->IsLeaving
            && (thread->Blocked & SignalSet.Of(signal)) == 0
            && (signal == SignalNumber.Kill || (!SignalState.IsStopped && (thread->IsRunning || !thread->IsNotified)));
}
