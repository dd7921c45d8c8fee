namespace AzaleaOS.Build.Launching;

/// <summary>Starts what a <see cref="MachineDescription"/> describes.</summary>
public static class Machine
{
    /// <summary>Runs a machine to its end.</summary>
    /// <param name="machine">The machine and what it boots.</param>
    /// <param name="output">Gets the application's output as it comes; null collects it in the result.</param>
    /// <param name="log">Gets kernel records, and what the emulator says, as they come; null collects them in the result.</param>
    /// <param name="cancellation">Stops the machine.</param>
    /// <exception cref="LaunchException">The description is wrong, a tool is missing, or the emulator refused.</exception>
    public static MachineResult Run(MachineDescription machine, Stream? output = null, Stream? log = null, CancellationToken cancellation = default)
        => Run(machine, new MachineStreams { Output = output, Log = log }, cancellation);

    /// <summary>Runs a machine to its end.</summary>
    /// <param name="machine">The machine and what it boots.</param>
    /// <param name="streams">What goes in and out.</param>
    /// <param name="cancellation">Stops the machine.</param>
    /// <exception cref="LaunchException">The description is wrong, a tool is missing, or the emulator refused.</exception>
    public static MachineResult Run(MachineDescription machine, MachineStreams streams, CancellationToken cancellation = default)
        => new MachineRun(HostTools.Default, machine, streams).Execute(cancellation);

    /// <summary><see cref="Run(MachineDescription, MachineStreams, CancellationToken)"/> on a thread of its own.</summary>
    public static Task<MachineResult> RunAsync(MachineDescription machine, MachineStreams streams, CancellationToken cancellation = default)
        => Task.Factory.StartNew(() => Run(machine, streams, cancellation), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary><see cref="Run(MachineDescription, Stream?, Stream?, CancellationToken)"/> on a thread of its own.</summary>
    public static Task<MachineResult> RunAsync(MachineDescription machine, Stream? output = null, Stream? log = null, CancellationToken cancellation = default)
        => RunAsync(machine, new MachineStreams { Output = output, Log = log }, cancellation);
}
