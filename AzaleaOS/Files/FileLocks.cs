using AzaleaOS.Abi;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Files;

/// <summary>flock and the record locks of fcntl.</summary>
/// <remarks>
/// Record locks of the process never meet each other, as it has one table of descriptors; they meet those that
/// belong to open files (F_OFD_SETLK). One lock guards all lists, one queue holds all who wait: locks are
/// few, and whoever is woken looks again.
/// Source: fcntl(2), flock(2).
/// </remarks>
internal static unsafe class FileLocks
{
    private static SpinLock s_lock;
    private static SharedPool<FileLock> s_pool;
    private static WaitQueue s_waiters;

    /// <summary>Forgets all of them.</summary>
    internal static void Initialize()
    {
        s_lock = default;
        s_pool = default;
        s_waiters = default;
    }

    /// <summary>Finds the first lock that another one would have to wait for.</summary>
    /// <param name="node">The file.</param>
    /// <param name="wanted">The other one.</param>
    /// <param name="ofOwner">Find the first lock of the same owner in the range instead.</param>
    /// <param name="found">A copy.</param>
    internal static bool TryFind(FileNode* node, in FileLock wanted, bool ofOwner, out FileLock found)
    {
        found = default;
        s_lock.Enter();
        FileLock* conflict = ofOwner ? FindOwn(node, wanted) : FindConflict(node, wanted);
        if (conflict != null)
        {
            found = *conflict;
        }

        s_lock.Exit();
        return conflict != null;
    }

    /// <summary>Locks or unlocks.</summary>
    /// <param name="node">The file.</param>
    /// <param name="wanted">What; <see cref="FileLock.Next"/> is not used.</param>
    /// <param name="unlocks">The range is given back.</param>
    /// <param name="waits">Wait until nobody else's lock is in the way.</param>
    /// <returns>0, or -EAGAIN, -ENOLCK, or what ends a wait.</returns>
    internal static long Set(FileNode* node, FileLock wanted, bool unlocks, bool waits)
    {
        FileLock* spare = unlocks ? null : s_pool.Take();
        FileLock* split = s_pool.Take();
        long result = split == null || (!unlocks && spare == null) ? -Errno.ENOLCK : TrySet(node, wanted, ref spare, ref split);
        if (result == -Errno.EAGAIN && waits)
        {
            WaitNode waiter;
            WaitNode.Init(&waiter, Scheduler.Current);
            fixed (WaitQueue* waiters = &s_waiters)
            {
                waiters->Add(&waiter);
                while (true)
                {
                    Scheduler.Arm();
                    result = TrySet(node, wanted, ref spare, ref split);
                    if (result != -Errno.EAGAIN)
                    {
                        break;
                    }

                    if (Scheduler.Block() == WakeReason.Interrupted)
                    {
                        result = -Errno.ERESTARTSYS;
                        break;
                    }
                }

                waiters->Remove(&waiter);
            }
        }

        Return(spare);
        Return(split);
        return result;
    }

    /// <summary>A descriptor of the file was closed: the process loses its record locks.</summary>
    internal static void RemoveOfProcess(FileNode* node) => Remove(node, null, whole: false);

    /// <summary>The open file is gone, and its locks with it.</summary>
    internal static void RemoveOf(OpenFile* file)
    {
        Remove(file->Node, file, whole: true);
        Remove(file->Node, file, whole: false);
    }

    private static void Remove(FileNode* node, OpenFile* owner, bool whole)
    {
        // Only the owner could add one now, and it is busy here.
        if (node->Locks == null)
        {
            return;
        }

        FileLock* removed = null;
        s_lock.Enter();
        FileLock** place = &node->Locks;
        while (*place != null)
        {
            FileLock* held = *place;
            if (held->Owner == owner && held->IsWhole == whole)
            {
                *place = held->Next;
                held->Next = removed;
                removed = held;
            }
            else
            {
                place = &held->Next;
            }
        }

        s_lock.Exit();
        if (removed == null)
        {
            return;
        }

        while (removed != null)
        {
            FileLock* next = removed->Next;
            s_pool.Return(removed);
            removed = next;
        }

        s_waiters.Wake();
    }

    private static long TrySet(FileNode* node, FileLock wanted, ref FileLock* spare, ref FileLock* split)
    {
        bool unlocks = spare == null;
        bool isFreed = unlocks;
        s_lock.Enter();
        if (!unlocks && FindConflict(node, wanted) != null)
        {
            bool isLost = wanted.IsWhole && LoseOther(node, wanted);
            s_lock.Exit();
            if (isLost)
            {
                s_waiters.Wake();
            }

            return -Errno.EAGAIN;
        }

        // What the same owner has of the same sort next to it becomes one with it; what it has in the range goes.
        FileLock** place = &node->Locks;
        while (*place != null)
        {
            FileLock* held = *place;
            bool isOwn = held->Owner == wanted.Owner && held->IsWhole == wanted.IsWhole;
            if (isOwn && !unlocks && held->IsExclusive == wanted.IsExclusive && Touches(held, wanted))
            {
                wanted.Start = Math.Min(wanted.Start, held->Start);
                wanted.End = Math.Max(wanted.End, held->End);
                *place = held->Next;
                s_pool.Return(held);
            }
            else if (isOwn && held->Start <= wanted.End && wanted.Start <= held->End)
            {
                isFreed = true;
                Cut(place, wanted, ref split);
                if (*place == held)
                {
                    place = &held->Next;
                }
            }
            else
            {
                place = &held->Next;
            }
        }

        if (!unlocks)
        {
            *spare = wanted;
            Insert(node, spare);
            spare = null;
        }

        s_lock.Exit();
        if (isFreed)
        {
            s_waiters.Wake();
        }

        return 0;
    }

    // flock gives up the lock that it has before it asks for one of the other sort, and does not get it back.
    private static bool LoseOther(FileNode* node, in FileLock wanted)
    {
        FileLock** place = &node->Locks;
        while (*place != null && !((*place)->IsWhole && (*place)->Owner == wanted.Owner))
        {
            place = &(*place)->Next;
        }

        FileLock* held = *place;
        if (held == null || held->IsExclusive == wanted.IsExclusive)
        {
            return false;
        }

        *place = held->Next;
        s_pool.Return(held);
        return true;
    }

    // Takes a range out of a lock, of which nothing, one part or two parts are left.
    private static void Cut(FileLock** place, in FileLock range, ref FileLock* split)
    {
        FileLock* held = *place;
        bool keepsStart = held->Start < range.Start;
        bool keepsEnd = held->End > range.End;
        if (keepsStart && keepsEnd)
        {
            *split = *held;
            split->Start = range.End + 1;
            held->End = range.Start - 1;
            held->Next = split;
            split = null;
        }
        else if (keepsStart)
        {
            held->End = range.Start - 1;
        }
        else if (keepsEnd)
        {
            held->Start = range.End + 1;
        }
        else
        {
            *place = held->Next;
            s_pool.Return(held);
        }
    }

    private static void Insert(FileNode* node, FileLock* added)
    {
        FileLock** place = &node->Locks;
        while (*place != null && (*place)->Start <= added->Start)
        {
            place = &(*place)->Next;
        }

        added->Next = *place;
        *place = added;
    }

    private static FileLock* FindConflict(FileNode* node, in FileLock wanted)
    {
        FileLock* held = node->Locks;
        while (held != null
            && (held->Owner == wanted.Owner || held->IsWhole != wanted.IsWhole || !(held->IsExclusive || wanted.IsExclusive)
                || held->Start > wanted.End || wanted.Start > held->End))
        {
            held = held->Next;
        }

        return held;
    }

    private static FileLock* FindOwn(FileNode* node, in FileLock wanted)
    {
        FileLock* held = node->Locks;
        while (held != null
            && (held->Owner != wanted.Owner || held->IsWhole != wanted.IsWhole || held->Start > wanted.End || wanted.Start > held->End))
        {
            held = held->Next;
        }

        return held;
    }

    private static bool Touches(FileLock* held, in FileLock wanted)
        => (held->Start <= wanted.End || held->Start - 1 <= wanted.End) && (wanted.Start <= held->End || wanted.Start - 1 <= held->End);

    private static void Return(FileLock* item)
    {
        if (item != null)
        {
            s_pool.Return(item);
        }
    }
}
