namespace AzaleaOS.Threads;

/// <summary>Threads that the holder of a spin lock wakes, and hands to their cores when the lock is free again.</summary>
/// <remarks>
/// The first thing that a woken thread wants is often that lock; and an interrupt takes long to send, in an emulator
/// above all. A thread that waits in the list does not run, so that its memory stays.
/// </remarks>
internal unsafe struct WakeList
{
    private Thread* _first;
    private Thread* _last;

    /// <summary>Decides to wake a thread that waits or is about to.</summary>
    /// <returns>False if it did not wait, or if somebody else was first.</returns>
    internal bool Add(Thread* thread)
    {
        bool isWoken = Scheduler.Claim(thread, out bool isParked);
        if (isParked)
        {
            thread->Next = null;
            if (_first == null) _first = thread;
            else _last->Next = thread;
            _last = thread;
        }
        return isWoken;
    }

    /// <summary>Makes the threads ready, in their order. No spin lock is held.</summary>
    internal readonly void Deliver()
    {
        Thread* next;
        for (Thread* thread = _first; thread != null; thread = next)
        {
            next = thread->Next;
            Scheduler.Deliver(thread, thread->Core);
        }
    }
}
