namespace AzaleaOS.Threads;

/// <summary>How far a thread has come in its life.</summary>
internal enum ThreadState
{
    /// <summary>It is being made; nobody schedules it yet.</summary>
    New,

    /// <summary>It runs, waits to be woken, is in its core's run queue, or is on its way there.</summary>
    Ready,

    /// <summary>It has ended; its stack is about to be returned.</summary>
    Dead,
}
