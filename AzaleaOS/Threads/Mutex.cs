using System.Threading;

namespace AzaleaOS.Threads;

/// <summary>A lock whose holder may block, and for which others wait without using their core.</summary>
/// <remarks>
/// default is free. One compare-and-exchange when nobody else wants it. Not recursive. The state is 0 free, 1 held,
/// 2 held and perhaps waited for; whoever waits sets 2, so that the holder looks at the queue.
/// Waiting for a mutex is not interrupted by signals.
/// </remarks>
internal unsafe struct Mutex
{
    private const int Free = 0;
    private const int Held = 1;
    private const int Contended = 2;

    private int _state;
    private WaitQueue _waiters;

    /// <summary>Takes the lock (acquire); blocks until it is free.</summary>
    internal void Enter()
    {
        if (Interlocked.CompareExchange(ref _state, Held, Free) != Free) Wait();
    }

    /// <summary>Takes the lock if it is free.</summary>
    internal bool TryEnter() => Interlocked.CompareExchange(ref _state, Held, Free) == Free;

    /// <summary>Gives the lock back (release).</summary>
    internal void Exit()
    {
        if (Interlocked.Exchange(ref _state, Free) == Contended) _waiters.WakeOne();
    }

    private void Wait()
    {
        Thread* self = Scheduler.Current;
        while (true)
        {
            WaitNode node;
            WaitNode.Init(&node, self);
            _waiters.Add(&node);
            Scheduler.Arm();
            bool isMine = Interlocked.Exchange(ref _state, Contended) == Free;
            if (!isMine) Scheduler.BlockThrough();
            else Scheduler.Disarm();
            // Whoever woke us has taken the node off; if it did so while we took the lock anyway, the next one must hear of it.
            bool wasTaken = !_waiters.Remove(&node);
            if (isMine)
            {
                if (wasTaken) _waiters.WakeOne();
                return;
            }
        }
    }
}
