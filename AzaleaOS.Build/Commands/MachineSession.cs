using AzaleaOS.Build.Launching;
using AzaleaOS.Build.Streams;

namespace AzaleaOS.Build.Commands;

/// <summary>A machine whose console is the user's terminal, or whatever the standard streams are.</summary>
internal static class MachineSession
{
    /// <summary>Says how gdb reaches a machine that waits for it; nothing if it does not.</summary>
    /// <param name="context">Where to say it.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="symbols">The file with the debug information.</param>
    internal static void AnnounceGdb(CommandContext context, MachineDescription machine, string? symbols)
    {
        if (machine.GdbPort is { } port)
            context.Terminal.Note($"waiting for gdb:  gdb -ex 'target remote localhost:{port}' {symbols ?? ""}");
    }

    /// <summary>Runs it to its end and returns the status to exit with.</summary>
    internal static async Task<int> RunAsync(CommandContext context, MachineDescription machine, bool hasInput)
    {
        Terminal terminal = context.Terminal;
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        MachineResult result;
        using (var host = new HostStreams(hasInput, cancellation.Cancel))
        {
            // A ready ISO holds its own command line.
            if (machine.Iso is null)
                machine = machine with { CommandLine = [.. host.KernelOptions, .. machine.CommandLine] };
            result = await Machine.RunAsync(machine, host.Take(terminal.Output, terminal.Log), cancellation.Token);
        }

        if (result.Explanation is { } explanation)
            terminal.Error(explanation);
        return result.Status;
    }
}
