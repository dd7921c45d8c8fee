namespace AzaleaOS.Threads;

/// <summary>What a thread has to do before it goes on with the application. Set by any core, with interlocked operations.</summary>
internal static class ThreadWork
{
    /// <summary>A signal may be deliverable.</summary>
    internal const int Signal = 1;

    /// <summary>The process ends, and so does the thread.</summary>
    internal const int Exit = 2;

    /// <summary>rt_sigreturn: the registers come from the frame on the application's stack.</summary>
    internal const int SignalReturn = 4;

    /// <summary>It runs on a core that its affinity no longer allows.</summary>
    internal const int Migrate = 8;

    /// <summary>Its restartable sequence may be broken, or it may be on another core.</summary>
    internal const int Sequence = 16;

    /// <summary>What ends a wait early.</summary>
    internal const int Interrupting = Signal | Exit;
}
