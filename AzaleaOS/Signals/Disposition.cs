namespace AzaleaOS.Signals;

/// <summary>What happens when a signal is delivered.</summary>
internal enum Disposition
{
    /// <summary>Nothing.</summary>
    Ignore,

    /// <summary>The process ends with status 128 and the signal's number.</summary>
    Terminate,

    /// <summary>The process stops until SIGCONT.</summary>
    Stop,

    /// <summary>A function of the application runs.</summary>
    Handler,
}
