namespace AzaleaOS.Threads;

/// <summary>Something to do at a time. default is stopped.</summary>
/// <remarks>
/// <see cref="Fire"/> and <see cref="Context"/> are written by the owner before it starts the timer;
/// the rest is the <see cref="TimerHeap"/>'s, under the lock of the core's <see cref="Timers"/>.
/// </remarks>
internal unsafe struct KernelTimer
{
    /// <summary>When, in nanoseconds of the monotonic clock.</summary>
    internal long When;

    /// <summary>What: called in kernel context with interrupts on. May wake threads and take spin locks; must not block or touch the application's memory.</summary>
    internal delegate*<KernelTimer*, void> Fire;

    /// <summary>For the owner.</summary>
    internal void* Context;

    /// <summary>The core whose heap it is in; null while it is stopped.</summary>
    internal CoreScheduler* Core;

    /// <summary>The first of those below it in the heap.</summary>
    internal KernelTimer* Child;

    /// <summary>The next one below the same parent.</summary>
    internal KernelTimer* Sibling;

    /// <summary>The one before it below the same parent, or the parent if it is the first.</summary>
    internal KernelTimer* Previous;

    /// <summary>Makes a timer that is stopped. Touches no vector register.</summary>
    internal static void Prepare(KernelTimer* timer, delegate*<KernelTimer*, void> fire, void* context)
    {
        timer->When = 0;
        timer->Fire = fire;
        timer->Context = context;
        timer->Core = null;
        timer->Child = null;
        timer->Sibling = null;
        timer->Previous = null;
    }
}
