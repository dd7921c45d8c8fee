using AzaleaOS.Memory;

namespace AzaleaOS.Threads;

/// <summary>The locks that a thread holds when it ends: their next owners are told.</summary>
/// <remarks>Source: get_robust_list(2); Linux, Documentation/locking/robust-futex-ABI.rst, kernel/futex/core.c.</remarks>
internal static unsafe class RobustList
{
    // ROBUST_LIST_LIMIT: the list is the application's and may be a ring.
    private const int Limit = 2048;
    private const ulong PiBit = 1;
    private const ulong OffsetOfOffset = 8;
    private const ulong OffsetOfPending = 16;

    /// <summary>Walks the running thread's list.</summary>
    internal static void Release(Thread* thread)
    {
        ulong head = thread->RobustList;
        if (head == 0
            || !UserMemory.TryRead(head, out ulong entry)
            || !UserMemory.TryRead(head + OffsetOfOffset, out ulong offset)
            || !UserMemory.TryRead(head + OffsetOfPending, out ulong pending))
        {
            return;
        }

        for (int i = 0; i < Limit && (entry & ~PiBit) != head; i++)
        {
            bool hasNext = UserMemory.TryRead(entry & ~PiBit, out ulong next);
            if (entry != pending && !Release(thread, (entry & ~PiBit) + offset, (entry & PiBit) != 0, isPending: false)) return;
            if (!hasNext) return;
            entry = next;
        }
        if (pending != 0) Release(thread, (pending & ~PiBit) + offset, (pending & PiBit) != 0, isPending: true);
    }

    private static bool Release(Thread* thread, ulong address, bool isPi, bool isPending)
    {
        if (address % sizeof(uint) != 0 || !UserMemory.TryLoad(address, out uint word)) return false;
        FutexKey key = FutexKey.Shared(address);
        while (true)
        {
            uint owner = word & PiFutex.OwnerMask;
            if (isPending && !isPi && owner == 0)
            {
                // It died between the store that frees the lock and the call that wakes.
                Futex.Wake(key, 1, Futex.AnyBit);
                return true;
            }
            if (owner != (uint)thread->Id) return true;
            if (isPi)
            {
                PiFutex.OwnerHasDied(address, key);
                return true;
            }
            uint expected = word;
            uint wanted = (word & PiFutex.Waiters) | PiFutex.OwnerDied;
            if (!UserMemory.TryCompareExchange(address, expected, wanted, out word)) return false;
            if (word != expected) continue;
            if ((word & PiFutex.Waiters) != 0) Futex.Wake(key, 1, Futex.AnyBit);
            return true;
        }
    }
}
