using AzaleaOS.Diagnostics;

namespace AzaleaOS.Threads;

/// <summary>Those who wait for something, oldest first.</summary>
/// <remarks>
/// Everything is guarded by the lock. A wake-up is not lost if the waiter adds its node, arms itself
/// (<see cref="Scheduler.Arm"/>), looks at the condition, and only then blocks; and whoever makes the
/// condition true does so before it calls <see cref="Wake"/>.
/// </remarks>
internal unsafe struct WaitQueue
{
    private SpinLock _lock;
    private WaitNode* _first;
    private WaitNode* _last;

    /// <summary>Whether nobody waits. Not ordered against anything: for those who hold what guards the condition.</summary>
    internal readonly bool IsEmpty => _first == null;

    /// <summary>Adds a node at the end.</summary>
    internal void Add(WaitNode* node)
    {
        fixed (WaitQueue* self = &this)
        {
            _lock.Enter();
            node->Queue = self;
            node->Next = null;
            node->Previous = _last;
            if (_last == null) _first = node;
            else _last->Next = node;
            _last = node;
            _lock.Exit();
        }
    }

    /// <summary>Takes a node off.</summary>
    /// <returns>False if it was not in the queue any more.</returns>
    internal bool Remove(WaitNode* node)
    {
        fixed (WaitQueue* self = &this)
        {
            _lock.Enter();
            bool isQueued = node->Queue == self;
            if (isQueued) Unlink(node);
            _lock.Exit();
            return isQueued;
        }
    }

    /// <summary>Tells everybody that something has happened. The nodes stay.</summary>
    /// <param name="events">What; handed to <see cref="WaitNode.Notify"/>.</param>
    internal void Wake(uint events = uint.MaxValue)
    {
        WakeList woken = default;
        _lock.Enter();
        WaitNode* next;
        for (WaitNode* node = _first; node != null; node = next)
        {
            next = node->Next;
            if (node->Notify != null && !node->Notify(node, events)) continue;
            woken.Add(node->Thread);
        }
        _lock.Exit();
        woken.Deliver();
    }

    /// <summary>Takes the first node off that can be woken, and wakes its thread.</summary>
    /// <returns>False if there was none.</returns>
    internal bool WakeOne()
    {
        bool isWoken = false;
        WakeList woken = default;
        _lock.Enter();
        while (!isWoken && _first != null)
        {
            WaitNode* node = _first;
            Unlink(node);
            isWoken = woken.Add(node->Thread);
        }
        _lock.Exit();
        woken.Deliver();
        return isWoken;
    }

    private void Unlink(WaitNode* node)
    {
        if (node->Previous == null) _first = node->Next;
        else node->Previous->Next = node->Next;
        if (node->Next == null) _last = node->Previous;
        else node->Next->Previous = node->Previous;
        node->Queue = null;
    }
}
