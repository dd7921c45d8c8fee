namespace AzaleaOS.Cpu;

/// <summary>How far a core has come.</summary>
internal enum CoreState
{
    /// <summary>Known from the firmware's table; it has not come up yet.</summary>
    Known,

    /// <summary>It runs C#.</summary>
    Online,

    /// <summary>A panic stopped it for good.</summary>
    Stopped,
}
