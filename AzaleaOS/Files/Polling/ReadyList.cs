using System.Threading;
using SpinLock = AzaleaOS.Diagnostics.SpinLock;

namespace AzaleaOS.Files.Polling;

/// <summary>The items of an epoll descriptor to which something has happened, oldest first.</summary>
/// <remarks>Everything is guarded by the lock, which wake-ups take: adding is O(1), whatever is watched.</remarks>
internal unsafe struct ReadyList
{
    private SpinLock _lock;
    private EpollItem* _first;
    private EpollItem* _last;
    private int _count;

    /// <summary>Whether there is nothing; without the lock.</summary>
    internal readonly bool IsEmpty => Volatile.Read(in _count) == 0;

    /// <summary>The last item, or null; without the lock.</summary>
    internal readonly EpollItem* Last => _last;

    /// <summary>Adds an item at the end, unless it is in the list.</summary>
    internal void Add(EpollItem* item)
    {
        _lock.Enter();
        if (!item->IsReady)
        {
            item->IsReady = true;
            _count++;
            item->NextReady = null;
            item->PreviousReady = _last;
            if (_last == null)
            {
                _first = item;
            }
            else
            {
                _last->NextReady = item;
            }

            _last = item;
        }

        _lock.Exit();
    }

    /// <summary>Adds an item at the front, unless it is in the list.</summary>
    internal void AddFirst(EpollItem* item)
    {
        _lock.Enter();
        if (!item->IsReady)
        {
            item->IsReady = true;
            _count++;
            item->PreviousReady = null;
            item->NextReady = _first;
            if (_first == null)
            {
                _last = item;
            }
            else
            {
                _first->PreviousReady = item;
            }

            _first = item;
        }

        _lock.Exit();
    }

    /// <summary>Takes the first item off; null if there is none.</summary>
    internal EpollItem* TakeFirst()
    {
        _lock.Enter();
        EpollItem* item = _first;
        if (item != null)
        {
            Unlink(item);
        }

        _lock.Exit();
        return item;
    }

    /// <summary>Takes an item off, if it is in the list.</summary>
    internal void Remove(EpollItem* item)
    {
        _lock.Enter();
        if (item->IsReady)
        {
            Unlink(item);
        }

        _lock.Exit();
    }

    private void Unlink(EpollItem* item)
    {
        item->IsReady = false;
        _count--;
        if (item->PreviousReady == null)
        {
            _first = item->NextReady;
        }
        else
        {
            item->PreviousReady->NextReady = item->NextReady;
        }

        if (item->NextReady == null)
        {
            _last = item->PreviousReady;
        }
        else
        {
            item->NextReady->PreviousReady = item->PreviousReady;
        }
    }
}
