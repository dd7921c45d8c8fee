using System.Runtime.CompilerServices;

namespace AzaleaOS.Threads;

/// <summary>Threads ready to run on one core: real-time ones by priority, then all others, each oldest first.</summary>
/// <remarks>
/// Written by the owning core alone, in kernel context. Other cores read <see cref="Count"/>, unordered, to find
/// out who has work to give away.
/// </remarks>
internal unsafe struct RunQueue
{
    private Thread* _head;
    private Thread* _tail;

    /// <summary>How many there are.</summary>
    internal int Count { get; private set; }

    /// <summary>The next one to run; null if there is none.</summary>
    internal readonly Thread* First => _head;

    /// <summary>Adds a thread behind those of its priority.</summary>
    internal void Add(Thread* thread)
    {
        if (thread->Priority != 0) AddByPriority(thread);
        else AddLast(thread);
    }

    /// <summary>Adds a thread whose priority is 0, the lowest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddLast(Thread* thread)
    {
        Count++;
        thread->Next = null;
        if (_tail == null) _head = thread;
        else _tail->Next = thread;
        _tail = thread;
    }

    /// <summary>Takes the next one; null if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Thread* Take()
    {
        Thread* thread = _head;
        if (thread == null) return null;
        _head = thread->Next;
        if (_head == null) _tail = null;
        Count--;
        return thread;
    }

    /// <summary>Takes the next one; another one if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Thread* TakeOr(Thread* other)
    {
        Thread* thread = _head;
        if (thread == null) return other;
        _head = thread->Next;
        if (thread->Next == null) _tail = null;
        Count--;
        return thread;
    }

    /// <summary>Takes the last one that may run on a core; null if there is none.</summary>
    /// <param name="core">Its index.</param>
    /// <param name="except">A thread that stays: its registers are not saved yet.</param>
    internal Thread* TakeFor(int core, Thread* except)
    {
        Thread* before = null;
        Thread* found = null;
        Thread* previous = null;
        for (Thread* thread = _head; thread != null; thread = thread->Next)
        {
            if (thread != except && thread->Affinity.Contains(core))
            {
                found = thread;
                before = previous;
            }
            previous = thread;
        }
        if (found == null) return null;
        if (before == null) _head = found->Next;
        else before->Next = found->Next;
        if (_tail == found) _tail = before;
        Count--;
        return found;
    }

    private void AddByPriority(Thread* thread)
    {
        Count++;
        Thread** place = &((RunQueue*)Unsafe.AsPointer(ref this))->_head;
        while (*place != null && (*place)->Priority >= thread->Priority) place = &(*place)->Next;
        thread->Next = *place;
        *place = thread;
        if (thread->Next == null) _tail = thread;
    }
}
