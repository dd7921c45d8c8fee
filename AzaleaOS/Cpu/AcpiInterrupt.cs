namespace AzaleaOS.Cpu;

/// <summary>Where an interrupt of the old ISA bus arrives, and how.</summary>
internal struct AcpiInterrupt
{
    /// <summary>The global number of the line.</summary>
    internal uint Line;

    /// <summary>Level-triggered, not edge-triggered.</summary>
    internal bool IsLevelTriggered;

    /// <summary>Active low, not high.</summary>
    internal bool IsActiveLow;
}
