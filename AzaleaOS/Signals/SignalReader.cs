using System.Runtime.CompilerServices;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Threads;

namespace AzaleaOS.Signals;

/// <summary>Signals that are read instead of delivered: signalfd(2), sigtimedwait(2).</summary>
internal static unsafe class SignalReader
{
    private const uint Readable = 1; // EPOLLIN

    private static WaitQueue s_queue;

    /// <summary>Woken whenever a signal has become pending.</summary>
    internal static WaitQueue* Queue => (WaitQueue*)Unsafe.AsPointer(ref s_queue);

    /// <summary>Whether a signal of a set waits for the running thread or the process. Takes no lock.</summary>
    internal static bool IsPending(ulong signals) => ((ThreadSignals.Current->Pending.Set | SignalState.Shared.Set) & signals) != 0;

    /// <summary>Takes the first signal of a set that waits for the running thread or the process.</summary>
    /// <param name="signals">Which.</param>
    /// <param name="to">What is known about it.</param>
    /// <returns>Whether there was one.</returns>
    internal static bool TryDequeue(ulong signals, SignalInformation* to)
    {
        ThreadSignals* self = ThreadSignals.Current;
        SignalState.Enter();
        int signal = Take(self, signals, to);
        SignalState.Recalculate(self);
        SignalState.Exit();
        return signal != 0;
    }

    /// <summary>Takes the first signal of a set: the thread's own go before the process's. Under the lock.</summary>
    /// <returns>Its number, or 0.</returns>
    internal static int Take(ThreadSignals* self, ulong signals, SignalInformation* to)
    {
        int signal = SignalSet.First(self->Pending.Set & signals);
        if (signal != 0)
        {
            Take(ref self->Pending, signal, to);
            return signal;
        }

        signal = SignalSet.First(SignalState.Shared.Set & signals);
        if (signal != 0)
        {
            Take(ref SignalState.Shared, signal, to);
        }

        return signal;
    }

    /// <summary>Takes the oldest signal of a number. Under the lock.</summary>
    internal static void Take(ref PendingSignals pending, int signal, SignalInformation* to)
    {
        QueuedSignal* entry = pending.Take(signal);
        if (entry == null)
        {
            // There was no room to keep more.
            *to = new SignalInformation { Number = signal, Code = SignalCode.User };
            return;
        }

        entry->Get(to);
        if (entry->Timer != null)
        {
            PosixTimers.Delivered(entry->Timer, to);
        }
        else
        {
            SignalState.Release(entry);
        }
    }

    /// <summary>Tells readers that a signal has become pending. Under the lock.</summary>
    internal static void Announce()
    {
        if (!s_queue.IsEmpty)
        {
            s_queue.Wake(Readable);
        }
    }
}
