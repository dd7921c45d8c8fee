using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Threads;

/// <summary>The application's threads by their numbers, and in the order they were made.</summary>
/// <remarks>
/// Guarded by its lock: whoever looks a thread up holds the lock for as long as it uses it, since the thread
/// may end at any time otherwise. The lock comes before those of signals and wait queues.
/// </remarks>
internal static unsafe class ThreadTable
{
    /// <summary>Numbers are below this: pid_max of Linux's default.</summary>
    internal const int Capacity = 32768;

    private const int PerPage = KernelPages.Size / 8;
    private const int FirstId = 2;

    private static SpinLock s_lock;
    private static Thread*** s_pages;
    private static Thread* s_first;
    private static Thread* s_last;
    private static int s_next;

    /// <summary>How many there are.</summary>
    internal static int Count { get; private set; }

    /// <summary>The oldest; null if there is none. Under the lock.</summary>
    internal static Thread* First => s_first;

    /// <summary>Forgets all.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Initialize()
    {
        s_lock = default;
        s_first = null;
        s_last = null;
        s_next = FirstId;
        Count = 0;
        s_pages = (Thread***)KernelPages.Take();
        return s_pages != null;
    }

    /// <summary>Takes the lock.</summary>
    internal static void Enter() => s_lock.Enter();

    /// <summary>Gives it back.</summary>
    internal static void Exit() => s_lock.Exit();

    /// <summary>The thread with a number, or null. Under the lock.</summary>
    internal static Thread* Find(int id)
    {
        if (id is < FirstId or >= Capacity) return null;
        Thread** page = s_pages[id / PerPage];
        return page == null ? null : page[id % PerPage];
    }

    /// <summary>Gives a new thread a number and its place in the list.</summary>
    /// <returns>False when there are no numbers left, or no memory.</returns>
    internal static bool Add(Thread* thread)
    {
        s_lock.Enter();
        bool isAdded = TryAdd(thread);
        s_lock.Exit();
        return isAdded;
    }

    /// <summary>Takes a thread off.</summary>
    /// <returns>How many are left.</returns>
    internal static int Remove(Thread* thread)
    {
        s_lock.Enter();
        s_pages[thread->Id / PerPage][thread->Id % PerPage] = null;
        if (thread->PreviousInTable == null) s_first = thread->NextInTable;
        else thread->PreviousInTable->NextInTable = thread->NextInTable;
        if (thread->NextInTable == null) s_last = thread->PreviousInTable;
        else thread->NextInTable->PreviousInTable = thread->PreviousInTable;
        int left = --Count;
        s_lock.Exit();
        return left;
    }

    // Numbers go up and around, so that one is not used again soon after its thread has ended.
    private static bool TryAdd(Thread* thread)
    {
        for (int tried = FirstId; tried < Capacity; tried++)
        {
            int id = s_next;
            s_next = id + 1 == Capacity ? FirstId : id + 1;
            Thread*** slot = &s_pages[id / PerPage];
            if (*slot == null && (*slot = (Thread**)KernelPages.Take()) == null) return false;
            if ((*slot)[id % PerPage] != null) continue;

            (*slot)[id % PerPage] = thread;
            thread->Id = id;
            thread->NextInTable = null;
            thread->PreviousInTable = s_last;
            if (s_last == null) s_first = thread;
            else s_last->NextInTable = thread;
            s_last = thread;
            Count++;
            return true;
        }
        return false;
    }
}
