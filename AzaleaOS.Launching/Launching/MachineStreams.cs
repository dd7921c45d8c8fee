namespace AzaleaOS.Build.Launching;

/// <summary>What goes into a machine's console, and where what comes out goes.</summary>
public sealed record MachineStreams
{
    /// <summary>Gets the application's standard output as it comes; null collects it in the result.</summary>
    public Stream? Output { get; init; }

    /// <summary>Gets its standard error where the kernel was told to tell streams apart; null for the same as <see cref="Output"/>.</summary>
    public Stream? Errors { get; init; }

    /// <summary>Gets what it writes to its terminal; null for the same as <see cref="Output"/>.</summary>
    public Stream? Terminal { get; init; }

    /// <summary>Gets kernel records, and what the emulator says; null collects them in the result.</summary>
    public Stream? Log { get; init; }

    /// <summary>Gets what the emulator says in place of <see cref="Log"/>, if it is not null.</summary>
    public Action<string>? Message { get; init; }

    /// <summary>Gets the number of the emulator's process when it was started.</summary>
    public Action<int>? Started { get; init; }

    /// <summary>
    /// Writes what the console hears to the stream that it is given, in the shape of <see cref="Abi.ConsoleFraming"/>, on a
    /// thread of its own; null: nothing. See <see cref="ConsoleInput"/>.
    /// </summary>
    public Action<Stream>? Input { get; init; }
}
