using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Threads;

/// <summary>Those who wait on futexes that hash to the same value, oldest first.</summary>
/// <remarks>A cache line of its own. Everything is guarded by the lock.</remarks>
[StructLayout(LayoutKind.Sequential, Size = CacheLine.Size)]
internal unsafe struct FutexBucket
{
    /// <summary>Guards the list, and the values of the words against wakers that come too early.</summary>
    internal SpinLock Lock;

    /// <summary>The oldest.</summary>
    internal FutexWaiter* First;

    private FutexWaiter* _last;

    /// <summary>Adds a waiter: behind those of its priority, in front of those with a lower one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(FutexWaiter* waiter)
    {
        if (_last != null)
        {
            AddBehind(waiter);
            return;
        }
        waiter->Previous = null;
        waiter->Next = null;
        First = waiter;
        _last = waiter;
        waiter->Bucket = (FutexBucket*)Unsafe.AsPointer(ref this);
    }

    private void AddBehind(FutexWaiter* waiter)
    {
        FutexWaiter* before = _last;
        int priority = waiter->Thread->Priority;
        while (before != null && before->Thread->Priority < priority) before = before->Previous;

        waiter->Previous = before;
        waiter->Next = before == null ? First : before->Next;
        if (waiter->Next == null) _last = waiter;
        else waiter->Next->Previous = waiter;
        if (before == null) First = waiter;
        else before->Next = waiter;
        fixed (FutexBucket* self = &this) waiter->Bucket = self;
    }

    /// <summary>Takes the only waiter off.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Clear()
    {
        First = null;
        _last = null;
    }

    /// <summary>Takes a waiter off. Its <see cref="FutexWaiter.Bucket"/> stays, for whoever wants to move it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Unlink(FutexWaiter* waiter)
    {
        if (waiter->Previous == null) First = waiter->Next;
        else waiter->Previous->Next = waiter->Next;
        if (waiter->Next == null) _last = waiter->Previous;
        else waiter->Next->Previous = waiter->Previous;
    }
}
