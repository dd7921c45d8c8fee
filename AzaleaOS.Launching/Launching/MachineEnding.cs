namespace AzaleaOS.Build.Launching;

/// <summary>How a run ended.</summary>
public enum MachineEnding
{
    /// <summary>The guest sent its exit record.</summary>
    Exited,

    /// <summary>The machine stopped, and the guest had sent no exit record.</summary>
    NoExitRecord,

    /// <summary>The time was over.</summary>
    TimedOut,

    /// <summary>The caller cancelled the run.</summary>
    Cancelled,
}
