using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Polling;

/// <summary>The descriptors of one poll or select, and the wait for them.</summary>
/// <remarks>Lies on the stack of its thread, with room for the usual few; more of them take pages.</remarks>
internal unsafe struct PollTable
{
    /// <summary>Entries that a caller gives room for on its stack.</summary>
    internal const int UsualEntries = 8;

    private PollEntry* _first;
    private PollEntry* _last;
    private PollEntry* _room;
    private int _roomLeft;
    private byte* _pages;
    private int _isTold;

    /// <summary>The first entry, or null.</summary>
    internal readonly PollEntry* First => _first;

    /// <summary>Starts an empty table.</summary>
    /// <param name="room">Room for <see cref="UsualEntries"/>.</param>
    internal void Initialize(PollEntry* room)
    {
        this = default;
        _room = room;
        _roomLeft = UsualEntries;
    }

    /// <summary>Adds a descriptor; takes over the reference.</summary>
    /// <returns>False when memory is exhausted; the reference is given back.</returns>
    internal bool Add(int index, FileReference file, uint wanted)
    {
        if (_roomLeft == 0 && !TakePage())
        {
            file.Release();
            return false;
        }

        PollEntry* entry = _room++;
        _roomLeft--;
        *entry = new PollEntry { Index = index, File = file, Wanted = wanted };
        if (_last == null)
        {
            _first = entry;
        }
        else
        {
            _last->Next = entry;
        }

        _last = entry;
        return true;
    }

    /// <summary>Waits until one of the descriptors has something.</summary>
    /// <param name="deadline">Monotonic nanoseconds; 0 does not wait.</param>
    /// <returns>How many have something, 0 when the time ran out, or -ERESTARTNOHAND.</returns>
    internal long Wait(long deadline)
    {
        long count = Look();
        if (count != 0 || deadline == 0)
        {
            return count;
        }

        fixed (PollTable* self = &this)
        {
            Join(self);
            WakeReason reason = WakeReason.Woken;
            while (true)
            {
                Volatile.Write(ref self->_isTold, 0);
                Interlocked.MemoryBarrier();
                count = Look();
                if (count != 0 || reason != WakeReason.Woken)
                {
                    break;
                }

                // Looking may itself have waited for a mutex, so a wake-up meanwhile is kept in the table.
                Scheduler.Arm();
                reason = Volatile.Read(ref self->_isTold) != 0 ? WakeReason.Woken : Scheduler.Block(deadline);
            }

            Leave();
            return count != 0 || reason != WakeReason.Interrupted ? count : -Errno.ERESTARTNOHAND;
        }
    }

    /// <summary>Gives back files and memory.</summary>
    internal void Clear()
    {
        for (PollEntry* entry = _first; entry != null; entry = entry->Next)
        {
            entry->File.Release();
        }

        while (_pages != null)
        {
            byte* next = *(byte**)_pages;
            BufferPages.Give(_pages);
            _pages = next;
        }
    }

    private readonly long Look()
    {
        long count = 0;
        for (PollEntry* entry = _first; entry != null; entry = entry->Next)
        {
            entry->Found = entry->File.IsNull ? PollEvents.Invalid : EventsOf(entry->File.File, null) & entry->Wanted;
            count += entry->Found != 0 ? 1 : 0;
        }

        return count;
    }

    private readonly void Join(PollTable* self)
    {
        for (PollEntry* entry = _first; entry != null; entry = entry->Next)
        {
            WaitNode.Init(&entry->Node, Scheduler.Current);
            entry->Node.Notify = &Tell;
            entry->Node.Context = self;
            entry->Node.Events = entry->Wanted;
            if (!entry->File.IsNull)
            {
                EventsOf(entry->File.File, &entry->Node);
            }
        }
    }

    private readonly void Leave()
    {
        for (PollEntry* entry = _first; entry != null; entry = entry->Next)
        {
            WaitQueue* queue = entry->Node.Queue;
            if (queue != null)
            {
                queue->Remove(&entry->Node);
            }
        }
    }

    private static uint EventsOf(OpenFile* file, WaitNode* node)
        => file->Operations->Poll == null ? PollEvents.Always : file->Operations->Poll(file, node);

    private static bool Tell(WaitNode* node, uint events)
    {
        if ((events & node->Events) == 0)
        {
            return false;
        }

        Volatile.Write(ref ((PollTable*)node->Context)->_isTold, 1);
        return true;
    }

    private bool TakePage()
    {
        byte* page = BufferPages.Take();
        if (page == null)
        {
            return false;
        }

        *(byte**)page = _pages;
        _pages = page;
        _room = (PollEntry*)(page + sizeof(ulong));
        _roomLeft = (KernelPages.Size - sizeof(ulong)) / sizeof(PollEntry);
        return true;
    }
}
