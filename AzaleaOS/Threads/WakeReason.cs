namespace AzaleaOS.Threads;

/// <summary>Why a thread that waited goes on.</summary>
internal enum WakeReason
{
    /// <summary>It has not been woken: for the scheduler's own use.</summary>
    None = 0,

    /// <summary>Somebody woke it.</summary>
    Woken = WakeState.Woken,

    /// <summary>Its time ran out.</summary>
    TimedOut = WakeState.TimedOut,

    /// <summary>A signal is to be delivered to it, or it is to end.</summary>
    Interrupted = WakeState.Interrupted,
}
