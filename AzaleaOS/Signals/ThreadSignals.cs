namespace AzaleaOS.Signals;

/// <summary>What signals mean for one thread.</summary>
internal struct ThreadSignals
{
    /// <summary>Signals that are held back: bit n - 1 is signal n.</summary>
    internal ulong Blocked;
}
