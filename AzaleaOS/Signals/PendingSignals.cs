using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Signals;

/// <summary>Signals that have been sent to a thread, or to the process, and not been delivered.</summary>
/// <remarks>
/// The set says which; the queue holds what is known about them, oldest first. A signal can be in the set
/// alone: its sender found no room, and then nothing is known. Guarded by the lock of <see cref="SignalState"/>.
/// </remarks>
internal unsafe struct PendingSignals
{
    private QueuedSignal* _first;
    private QueuedSignal* _last;

    /// <summary>Which.</summary>
    internal ulong Set { get; private set; }

    /// <summary>Whether a signal waits.</summary>
    internal readonly bool Has(int signal) => (Set & SignalSet.Of(signal)) != 0;

    /// <summary>Adds a signal of which nothing is known.</summary>
    internal void Add(int signal) => Set |= SignalSet.Of(signal);

    /// <summary>Adds a signal.</summary>
    internal void Add(QueuedSignal* entry)
    {
        entry->Next = null;
        if (_last == null)
        {
            _first = entry;
        }
        else
        {
            _last->Next = entry;
        }

        _last = entry;
        Add(entry->Number);
    }

    /// <summary>Takes the oldest signal with a number that waits.</summary>
    /// <returns>What was known about it; null if nothing was.</returns>
    internal QueuedSignal* Take(int signal)
    {
        QueuedSignal* taken = null;
        QueuedSignal* before = null;
        QueuedSignal* entry = _first;
        while (entry != null)
        {
            QueuedSignal* next = entry->Next;
            if (entry->Number == signal)
            {
                if (taken != null)
                {
                    // There is another one.
                    return taken;
                }

                taken = entry;
                Unlink(before, entry);
            }
            else
            {
                before = entry;
            }

            entry = next;
        }

        Set &= ~SignalSet.Of(signal);
        return taken;
    }

    /// <summary>The oldest signal that the processor itself caused.</summary>
    /// <returns>Its number, or 0.</returns>
    internal readonly int FirstSynchronous(ulong blocked)
    {
        if ((Set & ~blocked & SignalSet.Synchronous) == 0)
        {
            return 0;
        }

        for (QueuedSignal* entry = _first; entry != null; entry = entry->Next)
        {
            // Those that a program sent have a code of SI_USER or below.
            if (entry->Code > SignalCode.User && (SignalSet.Of(entry->Number) & SignalSet.Synchronous & ~blocked) != 0)
            {
                return entry->Number;
            }
        }

        return 0;
    }

    /// <summary>Takes the oldest of some signals.</summary>
    /// <returns>Null when none of them has an entry; then none of them waits any more.</returns>
    internal QueuedSignal* TakeAny(ulong signals)
    {
        QueuedSignal* before = null;
        for (QueuedSignal* entry = _first; entry != null; before = entry, entry = entry->Next)
        {
            if ((SignalSet.Of(entry->Number) & signals) != 0)
            {
                Unlink(before, entry);
                return entry;
            }
        }

        Set &= ~signals;
        return null;
    }

    /// <summary>Takes one entry out of the queue.</summary>
    /// <returns>False if it was not in it.</returns>
    internal bool Remove(QueuedSignal* wanted)
    {
        bool isFound = false;
        bool isLast = true;
        int signal = wanted->Number;
        QueuedSignal* before = null;
        QueuedSignal* next;
        for (QueuedSignal* entry = _first; entry != null; entry = next)
        {
            next = entry->Next;
            if (entry == wanted)
            {
                Unlink(before, entry);
                isFound = true;
                continue;
            }

            isLast &= entry->Number != signal;
            before = entry;
        }

        if (isFound && isLast)
        {
            Set &= ~SignalSet.Of(signal);
        }

        return isFound;
    }

    private void Unlink(QueuedSignal* before, QueuedSignal* entry)
    {
        if (before == null)
        {
            _first = entry->Next;
        }
        else
        {
            before->Next = entry->Next;
        }

        if (_last == entry)
        {
            _last = before;
        }

        entry->Next = null;
    }
}
