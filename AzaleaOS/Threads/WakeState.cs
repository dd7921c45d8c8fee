namespace AzaleaOS.Threads;

/// <summary>The word over which a thread that waits and those who wake it agree.</summary>
/// <remarks>
/// The thread itself stores None and Armed, and turns Armed into Parked when it gives its core away.
/// Whoever wakes it turns Armed or Parked into a reason, by compare-and-exchange: the first one wins. If it
/// was Parked, the winner also makes the thread ready; if it was Armed, the thread notices by itself.
/// </remarks>
internal static class WakeState
{
    /// <summary>It does not wait.</summary>
    internal const int None = 0;

    /// <summary>It is about to wait: a wake-up is not lost.</summary>
    internal const int Armed = 1;

    /// <summary>It waits, and its core runs something else or is about to.</summary>
    internal const int Parked = 2;

    /// <summary>See <see cref="WakeReason.Woken"/>.</summary>
    internal const int Woken = 3;

    /// <summary>See <see cref="WakeReason.TimedOut"/>.</summary>
    internal const int TimedOut = 4;

    /// <summary>See <see cref="WakeReason.Interrupted"/>.</summary>
    internal const int Interrupted = 5;
}
