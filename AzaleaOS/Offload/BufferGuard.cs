using System.Runtime.CompilerServices;
using System.Threading;
using AzaleaOS.Memory;
using SpinLock = AzaleaOS.Diagnostics.SpinLock;

namespace AzaleaOS.Offload;

/// <summary>Keeps the application's pages where they are while the peer uses them.</summary>
/// <remarks>
/// A call that takes pages away or moves them (munmap, mremap, madvise, brk, mmap over something, truncate of a mapped file) first
/// says which, then looks which requests use them, has the peer give those up, and waits until it has. Such a request is made anew,
/// with the pages that are there then, or fails with -EFAULT. A request says first which pages it uses, and then looks whether they are
/// about to change. Between saying and looking there is a full fence on both sides, so that one of the two sees the other: no frame
/// goes to anybody else before the peer is done. With a peer that was given up the device is reset, which ends all use.
/// </remarks>
internal static unsafe class BufferGuard
{
    private const int MaxChanges = 64;
    private const int NoChange = -1;
    private const ulong AddressMask = 4095;

    private static SpinLock s_lock;
    private static int s_count;
    private static ulong* s_changes;

    /// <summary>Makes room for the ranges that change.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Initialize()
    {
        s_changes = (ulong*)KernelPages.Take();
        return s_changes != null;
    }

    /// <summary>Begins a change of pages and waits until the peer uses none of them. No lock is held.</summary>
    /// <param name="start">The first address.</param>
    /// <param name="length">Bytes.</param>
    /// <returns>What <see cref="End"/> takes.</returns>
    internal static int Begin(ulong start, ulong length)
    {
        if (!OffloadChannel.IsThere)
        {
            return NoChange;
        }

        ulong end = length > ulong.MaxValue - start - AddressMask ? ulong.MaxValue : (start + length + AddressMask) & ~AddressMask;
        start &= ~AddressMask;
        int change;
        while ((change = TryEnter(start, end)) < 0)
        {
            OffloadChannel.Sleep();
        }

        Interlocked.MemoryBarrier();
        for (int number = 0; OffloadChannel.Queue(number) is var queue && queue != null; number++)
        {
            for (int i = 0; i < CoreQueue.Size; i++)
            {
                WaitFor(queue->Slot(i), start, end);
            }
        }

        return change;
    }

    /// <summary>The pages are changed.</summary>
    internal static void End(int change)
    {
        if (change == NoChange)
        {
            return;
        }

        s_lock.Enter();
        Range(change)[0] = Range(change)[1] = 0;
        Volatile.Write(ref s_count, s_count - 1);
        s_lock.Exit();
    }

    /// <summary>Notes that a request uses memory.</summary>
    /// <returns>False if some of it is about to change.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryUse(RequestSlot* slot, ulong start, ulong end)
    {
        if (slot->BufferEnd != slot->BufferStart)
        {
            start = Math.Min(slot->BufferStart, start);
            end = Math.Max(slot->BufferEnd, end);
        }

        return TryUseFirst(slot, start, end);
    }

    /// <summary>As <see cref="TryUse"/>, for a request that uses no memory so far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool TryUseFirst(RequestSlot* slot, ulong start, ulong end)
    {
        Volatile.Write(ref slot->BufferStart, start);
        Volatile.Write(ref slot->BufferEnd, end);
        Interlocked.MemoryBarrier();
        return Volatile.Read(ref s_count) == 0 || IsFree(start, end);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsFree(ulong start, ulong end)
    {
        s_lock.Enter();
        bool isFree = true;
        for (int i = 0; i < MaxChanges; i++)
        {
            isFree &= Range(i)[0] >= end || Range(i)[1] <= start;
        }

        s_lock.Exit();
        return isFree;
    }

    private static int TryEnter(ulong start, ulong end)
    {
        s_lock.Enter();
        int free = -1;
        for (int i = 0; i < MaxChanges && free < 0; i++)
        {
            free = Range(i)[1] == 0 ? i : -1;
        }

        if (free >= 0)
        {
            Range(free)[0] = start;
            Range(free)[1] = Math.Max(end, 1);
            Volatile.Write(ref s_count, s_count + 1);
        }

        s_lock.Exit();
        return free;
    }

    private static void WaitFor(RequestSlot* slot, ulong start, ulong end)
    {
        bool isAsked = false;
        ulong sequence = slot->Request.Sequence;
        while (Volatile.Read(ref slot->State) is RequestSlot.Building or RequestSlot.InFlight or RequestSlot.Answered
            && slot->Request.Sequence == sequence
            && Volatile.Read(ref slot->BufferStart) < end && Volatile.Read(ref slot->BufferEnd) > start
            && slot->BufferEnd != slot->BufferStart && OffloadChannel.Queue(0) != null)
        {
            // Whoever builds sees that the pages change; who waits at the peer is made to give up.
            if (isAsked || slot->State == RequestSlot.InFlight)
            {
                OffloadChannel.Cancel(sequence);
            }

            isAsked = true;
            OffloadChannel.Sleep();
        }
    }

    // Start and end; 0 and 0 for none.
    private static ulong* Range(int index) => s_changes + (2 * index);
}
