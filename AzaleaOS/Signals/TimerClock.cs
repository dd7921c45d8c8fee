namespace AzaleaOS.Signals;

/// <summary>What a timer counts.</summary>
internal enum TimerClock
{
    /// <summary>Time since boot.</summary>
    Monotonic,

    /// <summary>Time since 1970.</summary>
    Wall,

    /// <summary>Time that one thread has run.</summary>
    Thread,

    /// <summary>Time that the process's threads have run.</summary>
    Process,
}
