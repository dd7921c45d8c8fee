namespace AzaleaOS.Threads;

/// <summary>A thread that waits on a futex. Lies on that thread's kernel stack.</summary>
/// <remarks>
/// Written by the waiter before it is queued, then by whoever holds the lock of the bucket it is in. When
/// <see cref="Bucket"/> becomes null it has been taken off, and its memory is the waiter's again.
/// </remarks>
internal unsafe struct FutexWaiter
{
    /// <summary>The bucket it is in; null when it has been woken.</summary>
    internal FutexBucket* Bucket;

    /// <summary>Neighbours in the bucket.</summary>
    internal FutexWaiter* Next;

    /// <summary>Neighbours in the bucket.</summary>
    internal FutexWaiter* Previous;

    /// <summary>Who waits.</summary>
    internal Thread* Thread;

    /// <summary>Which futex.</summary>
    internal FutexKey Key;

    /// <summary>Only wake-ups with one of these bits count.</summary>
    internal uint Bitset;

    /// <summary>It waits for a lock that is handed to it: see <see cref="PiFutex"/>.</summary>
    internal bool IsPi;

    /// <summary>FUTEX_WAIT_REQUEUE_PI: where it may be moved to; default for nowhere.</summary>
    internal FutexKey RequeueTo;

    /// <summary>The word of the lock that it was moved to.</summary>
    internal ulong PiAddress;
}
