using System.Text;

namespace AzaleaOS.Build.Launching;

/// <summary>The outcome of a run.</summary>
/// <param name="Ending">How it ended.</param>
/// <param name="Status">The guest's exit status, or 124, 125, 130 as <see cref="ExitStatus"/> says.</param>
/// <param name="OutputBytes">What the application wrote; empty if it went to a caller's stream.</param>
/// <param name="LogBytes">Kernel records, one per line; empty if they went to a caller's stream.</param>
/// <param name="EmulatorMessages">What the emulator itself said, noise taken out.</param>
/// <param name="EmulatorStatus">The exit status of the emulator's process.</param>
/// <param name="Elapsed">Wall-clock time from the start of the emulator to its end.</param>
public sealed record MachineResult(
    MachineEnding Ending,
    int Status,
    ReadOnlyMemory<byte> OutputBytes,
    ReadOnlyMemory<byte> LogBytes,
    IReadOnlyList<string> EmulatorMessages,
    int EmulatorStatus,
    TimeSpan Elapsed)
{
    /// <summary>The application's output as text.</summary>
    public string Output => Encoding.UTF8.GetString(OutputBytes.Span);

    /// <summary>The kernel's records as text.</summary>
    public string Log => Encoding.UTF8.GetString(LogBytes.Span);

    /// <summary>One line for a person: null if the guest ended by itself.</summary>
    public string? Explanation => Ending switch
    {
        MachineEnding.NoExitRecord => "the machine stopped without an exit status (a reset, a triple fault, or a power-off of its own)",
        MachineEnding.TimedOut => "the time was over and the machine was stopped",
        MachineEnding.Cancelled => "interrupted, the machine was stopped",
        _ => null,
    };

    /// <summary>All there is to know, for the message of a failed test.</summary>
    public override string ToString()
        => $"{Ending}, status {Status}, emulator {EmulatorStatus}, {Elapsed.TotalSeconds:F2} s\n--- output\n{Output}\n--- log\n{Log}\n--- emulator\n{string.Join('\n', EmulatorMessages)}";
}
