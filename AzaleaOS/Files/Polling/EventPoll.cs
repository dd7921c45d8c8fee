using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Threads;
using Mutex = AzaleaOS.Threads.Mutex;
using SpinLock = AzaleaOS.Diagnostics.SpinLock;

namespace AzaleaOS.Files.Polling;

/// <summary>epoll: watches open files and keeps a list of those to which something happened.</summary>
/// <remarks>
/// <para>
/// <see cref="_lock"/> guards the items and is held while events are handed out; a wake-up takes only the ready
/// list's lock. <see cref="s_links"/> guards the list of items that each open file has, and with it the way from a
/// file that is closed to those who watch it. <see cref="s_nesting"/> is held while one epoll descriptor is added to
/// another, so that nobody makes a circle at the same time.
/// </para>
/// Source: Linux, fs/eventpoll.c; epoll(7), epoll_ctl(2).
/// </remarks>
internal unsafe struct EventPoll
{
    private const int BucketCount = KernelPages.Size / sizeof(ulong);

    // Linux's limit of epoll descriptors in epoll descriptors (fs/eventpoll.c, EP_MAX_NESTS).
    private const int DeepestNesting = 4;

    // Bits that say how, not what (EP_PRIVATE_BITS).
    private const uint HowBits = PollEvents.Edge | PollEvents.OneShot | PollEvents.WakeUp | PollEvents.Exclusive;
    private const uint AllowedWithExclusive = PollEvents.In | PollEvents.Out | PollEvents.Error | PollEvents.HangUp
        | PollEvents.WakeUp | PollEvents.Edge | PollEvents.Exclusive;

    private static SharedPool<EventPoll> s_polls;
    private static SharedPool<EpollItem> s_items;
    private static SpinLock s_links;
    private static Mutex s_nesting;

    private Mutex _lock;
    private ReadyList _ready;
    private WaitQueue _waiters;
    private WaitQueue _watchers;
    private EpollItem** _buckets;
    private EpollItem* _items;
    private OpenFile* _own;
    private int _references;

    /// <summary>Forgets everything.</summary>
    internal static void Reset()
    {
        s_polls = default;
        s_items = default;
    }

    /// <summary>Makes one that watches nothing; null when memory is exhausted.</summary>
    internal static EventPoll* Make()
    {
        EventPoll* made = s_polls.Take();
        if (made == null)
        {
            return null;
        }

        made->_buckets = (EpollItem**)BufferPages.Take();
        if (made->_buckets == null)
        {
            s_polls.Return(made);
            return null;
        }

        new Span<byte>(made->_buckets, KernelPages.Size).Clear();
        made->_references = 1;
        return made;
    }

    /// <summary>Drops one that got no descriptor.</summary>
    internal static void Drop(EventPoll* poll)
    {
        if (Interlocked.Decrement(ref poll->_references) == 0)
        {
            BufferPages.Give(poll->_buckets);
            s_polls.Return(poll);
        }
    }

    /// <summary>ioctl: nothing can be set. Linux, fs/eventpoll.c, ep_eventpoll_ioctl.</summary>
    internal static long Control(OpenFile* file, uint request, ulong argument) => -Errno.EINVAL;

    /// <summary>Nobody has it open any more.</summary>
    internal static void Release(OpenFile* file)
    {
        EventPoll* self = (EventPoll*)file->Data;
        self->_lock.Enter();
        while (self->_items != null)
        {
            self->Remove(self->_items);
        }

        self->_lock.Exit();
        Drop(self);
    }

    /// <summary>An open file is about to be closed for good: nobody watches it from now on.</summary>
    internal static void Forget(OpenFile* file)
    {
        while (true)
        {
            s_links.Enter();
            EpollItem* first = (EpollItem*)file->Watchers;
            EventPoll* poll = first == null ? null : first->Poll;
            if (poll != null)
            {
                // It has an item, so it is not gone yet.
                Interlocked.Increment(ref poll->_references);
            }

            s_links.Exit();
            if (poll == null)
            {
                return;
            }

            poll->_lock.Enter();
            for (EpollItem* item = poll->FindOf(file); item != null; item = poll->FindOf(file))
            {
                poll->Remove(item);
            }

            poll->_lock.Exit();
            Drop(poll);
        }
    }

    /// <summary>What poll says: whether an item has something.</summary>
    internal static uint Poll(OpenFile* file, WaitNode* node)
    {
        EventPoll* self = (EventPoll*)file->Data;
        Blocking.Watch(&self->_watchers, node);
        return !self->_ready.IsEmpty && self->HasEvent() ? PollEvents.Readable : 0;
    }

    /// <summary>epoll_ctl(EPOLL_CTL_ADD).</summary>
    /// <returns>0, or -EEXIST, -EINVAL, -ELOOP, -ENOMEM.</returns>
    internal static long Add(OpenFile* self, OpenFile* file, int descriptor, EpollEvent wanted)
    {
        EventPoll* poll = (EventPoll*)self->Data;
        poll->_own = self;
        bool isNested = IsEventPoll(file);
        if ((wanted.Events & PollEvents.Exclusive) != 0 && (isNested || (wanted.Events & ~AllowedWithExclusive) != 0))
        {
            return -Errno.EINVAL;
        }

        if (!isNested)
        {
            return poll->Insert(file, descriptor, wanted);
        }

        s_nesting.Enter();
        EventPoll* inner = (EventPoll*)file->Data;
        inner->_own = file;
        int below = Depth(inner, poll, 0);
        long result = below < 0 || below + Height(poll) > DeepestNesting ? -Errno.ELOOP : poll->Insert(file, descriptor, wanted);
        s_nesting.Exit();
        return result;
    }

    /// <summary>epoll_ctl(EPOLL_CTL_MOD): also enables an item that was told once.</summary>
    /// <returns>0, or -ENOENT, -EINVAL.</returns>
    internal long Modify(OpenFile* file, int descriptor, EpollEvent wanted)
    {
        if ((wanted.Events & PollEvents.Exclusive) != 0)
        {
            return -Errno.EINVAL;
        }

        _lock.Enter();
        EpollItem* item = Find(file, descriptor);
        long result = item == null ? -Errno.ENOENT : (item->Events & PollEvents.Exclusive) != 0 ? -Errno.EINVAL : 0;
        if (result == 0)
        {
            item->Data = wanted.Data;
            Volatile.Write(ref item->Events, wanted.Events | PollEvents.Error | PollEvents.HangUp);

            // An event from now on sees the new mask; one before is found by looking.
            Interlocked.MemoryBarrier();
            if (EventsOf(item, null) != 0)
            {
                Tell(item);
            }
        }

        _lock.Exit();
        return result;
    }

    /// <summary>epoll_ctl(EPOLL_CTL_DEL).</summary>
    /// <returns>0, or -ENOENT.</returns>
    internal long Delete(OpenFile* file, int descriptor)
    {
        _lock.Enter();
        EpollItem* item = Find(file, descriptor);
        if (item != null)
        {
            Remove(item);
        }

        _lock.Exit();
        return item == null ? -Errno.ENOENT : 0;
    }

    /// <summary>Waits for events and writes them to the application's memory.</summary>
    /// <param name="to">An array of struct epoll_event.</param>
    /// <param name="most">Its length, more than 0.</param>
    /// <param name="deadline">Monotonic nanoseconds; 0 does not wait.</param>
    /// <returns>Events, 0 when the time ran out, or -EFAULT, -EINTR.</returns>
    internal long Wait(UserPointer<EpollEvent> to, int most, long deadline)
    {
        fixed (EventPoll* self = &this)
        {
            WakeReason reason = WakeReason.Woken;
            while (true)
            {
                long count = _ready.IsEmpty ? 0 : HandOut(to, most);
                if (count != 0)
                {
                    return count;
                }

                if (deadline == 0 || reason != WakeReason.Woken)
                {
                    return reason == WakeReason.Interrupted ? -Errno.EINTR : 0;
                }

                WaitNode node;
                WaitNode.Init(&node, Scheduler.Current);
                self->_waiters.Add(&node);
                Scheduler.Arm();
                reason = _ready.IsEmpty ? Scheduler.Block(deadline) : WakeReason.Woken;
                self->_waiters.Remove(&node);
            }
        }
    }

    // Level-triggered items go to the end of the list again, so that everyone has a turn.
    private long HandOut(UserPointer<EpollEvent> to, int most)
    {
        long count = 0;
        _lock.Enter();
        EpollItem* last = _ready.Last;
        for (EpollItem* item = null; count < most && last != null && item != last;)
        {
            item = _ready.TakeFirst();
            if (item == null)
            {
                break;
            }

            uint events = EventsOf(item, null);
            if (events == 0)
            {
                continue;
            }

            if (!to.At((int)count).TryWrite(new EpollEvent { Events = events, Data = item->Data }))
            {
                _ready.AddFirst(item);
                count = count == 0 ? -Errno.EFAULT : count;
                break;
            }

            count++;
            if ((item->Events & PollEvents.OneShot) != 0)
            {
                Volatile.Write(ref item->Events, item->Events & HowBits);
            }
            else if ((item->Events & PollEvents.Edge) == 0)
            {
                _ready.Add(item);
            }
        }

        _lock.Exit();
        if (!_ready.IsEmpty)
        {
            _waiters.WakeOne();
        }

        return count;
    }

    private bool HasEvent()
    {
        _lock.Enter();
        bool found = false;
        EpollItem* last = _ready.Last;
        for (EpollItem* item = null; !found && last != null && item != last;)
        {
            item = _ready.TakeFirst();
            if (item == null)
            {
                break;
            }

            found = EventsOf(item, null) != 0;
            if (found)
            {
                _ready.AddFirst(item);
            }
        }

        _lock.Exit();
        return found;
    }

    private long Insert(OpenFile* file, int descriptor, EpollEvent wanted)
    {
        fixed (EventPoll* self = &this)
        {
            _lock.Enter();
            EpollItem* item = Find(file, descriptor) != null ? null : s_items.Take();
            if (item == null)
            {
                long result = Find(file, descriptor) != null ? -Errno.EEXIST : -Errno.ENOMEM;
                _lock.Exit();
                return result;
            }

            item->Poll = self;
            item->File = file;
            item->Descriptor = descriptor;
            item->Data = wanted.Data;
            item->Events = wanted.Events | PollEvents.Error | PollEvents.HangUp;
            WaitNode.Init(&item->Node, null);
            item->Node.Notify = &Notify;
            item->Node.Context = item;
            Link(item);
            if (EventsOf(item, &item->Node) != 0)
            {
                Tell(item);
            }

            _lock.Exit();
            return 0;
        }
    }

    private void Link(EpollItem* item)
    {
        EpollItem** bucket = BucketOf(item->File, item->Descriptor);
        item->NextInBucket = *bucket;
        *bucket = item;
        item->Next = _items;
        if (_items != null)
        {
            _items->Previous = item;
        }

        _items = item;
        s_links.Enter();
        EpollItem* next = (EpollItem*)item->File->Watchers;
        item->NextOfFile = next;
        if (next != null)
        {
            next->PreviousOfFile = item;
        }

        item->File->Watchers = item;
        s_links.Exit();
    }

    private void Remove(EpollItem* item)
    {
        // First out of the queue: afterwards no wake-up is under way that could put it into the ready list.
        WaitQueue* queue = item->Node.Queue;
        if (queue != null)
        {
            queue->Remove(&item->Node);
        }

        _ready.Remove(item);
        EpollItem** place = BucketOf(item->File, item->Descriptor);
        while (*place != item)
        {
            place = &(*place)->NextInBucket;
        }

        *place = item->NextInBucket;
        if (item->Previous == null)
        {
            _items = item->Next;
        }
        else
        {
            item->Previous->Next = item->Next;
        }

        if (item->Next != null)
        {
            item->Next->Previous = item->Previous;
        }

        s_links.Enter();
        if (item->PreviousOfFile == null)
        {
            item->File->Watchers = item->NextOfFile;
        }
        else
        {
            item->PreviousOfFile->NextOfFile = item->NextOfFile;
        }

        if (item->NextOfFile != null)
        {
            item->NextOfFile->PreviousOfFile = item->PreviousOfFile;
        }

        s_links.Exit();
        s_items.Return(item);
    }

    private readonly EpollItem* Find(OpenFile* file, int descriptor)
    {
        EpollItem* item = *BucketOf(file, descriptor);
        while (item != null && (item->File != file || item->Descriptor != descriptor))
        {
            item = item->NextInBucket;
        }

        return item;
    }

    private readonly EpollItem* FindOf(OpenFile* file)
    {
        fixed (EventPoll* self = &this)
        {
            s_links.Enter();
            EpollItem* item = (EpollItem*)file->Watchers;
            while (item != null && item->Poll != self)
            {
                item = item->NextOfFile;
            }

            s_links.Exit();
            return item;
        }
    }

    private readonly EpollItem** BucketOf(OpenFile* file, int descriptor)
        => _buckets + ((((uint)descriptor * 0x9e3779b1u) ^ (uint)((nuint)file >> 6)) % BucketCount);

    // Something has happened to a watched file. Called under the lock of the file's wait queue.
    private static bool Notify(WaitNode* node, uint events)
    {
        EpollItem* item = (EpollItem*)node->Context;
        if ((events & Volatile.Read(ref item->Events) & ~HowBits) != 0)
        {
            Tell(item);
        }

        return false;
    }

    private static void Tell(EpollItem* item)
    {
        EventPoll* poll = item->Poll;
        poll->_ready.Add(item);
        poll->_waiters.WakeOne();
        if (!poll->_watchers.IsEmpty)
        {
            poll->_watchers.Wake(PollEvents.Readable);
        }
    }

    private static uint EventsOf(EpollItem* item, WaitNode* node)
        => item->File->Operations->Poll(item->File, node) & item->Events & ~HowBits;

    private static bool IsEventPoll(OpenFile* file) => file->Operations == PollableFiles.EventPoll;

    // How many levels of epoll descriptors there are from here down; -1 if one of them is the forbidden one or it is too deep.
    private static int Depth(EventPoll* poll, EventPoll* forbidden, int level)
    {
        if (poll == forbidden || level > DeepestNesting)
        {
            return -1;
        }

        int deepest = 1;
        poll->_lock.Enter();
        for (EpollItem* item = poll->_items; item != null && deepest >= 0; item = item->Next)
        {
            if (IsEventPoll(item->File))
            {
                int below = Depth((EventPoll*)item->File->Data, forbidden, level + 1);
                deepest = below < 0 ? -1 : Math.Max(deepest, below + 1);
            }
        }

        poll->_lock.Exit();
        return deepest;
    }

    // How many levels of epoll descriptors watch this one.
    private static int Height(EventPoll* poll)
    {
        s_links.Enter();
        int height = HeightOf(poll, 0);
        s_links.Exit();
        return height;
    }

    private static int HeightOf(EventPoll* poll, int level)
    {
        int highest = 0;
        if (poll->_own != null && level <= DeepestNesting)
        {
            for (EpollItem* item = (EpollItem*)poll->_own->Watchers; item != null; item = item->NextOfFile)
            {
                highest = Math.Max(highest, 1 + HeightOf(item->Poll, level + 1));
            }
        }

        return highest;
    }
}
