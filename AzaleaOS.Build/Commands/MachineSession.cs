using AzaleaOS.Build.Images;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.StackTraces;
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
    /// <param name="context">Where its output goes.</param>
    /// <param name="machine">The machine.</param>
    /// <param name="hasInput">Whether it gets our standard input.</param>
    /// <param name="program">The program on this host, or null; its debug information tells where an exception that ended it came from.</param>
    internal static async Task<int> RunAsync(CommandContext context, MachineDescription machine, bool hasInput, string? program)
    {
        Terminal terminal = context.Terminal;
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        MachineResult result;
        WatchedStreams watched;
        using (var host = new HostStreams(hasInput, cancellation.Cancel))
        {
            // A ready ISO holds its own command line.
            if (machine.Iso is null)
                machine = machine with { CommandLine = [.. host.KernelOptions, .. TerminalDescription.Options(host.Kinds, machine.CommandLine), .. machine.CommandLine] };
            watched = new WatchedStreams(host.Take(terminal.Output, terminal.Log));
            result = await Machine.RunAsync(machine, watched.Streams, cancellation.Token);
        }

        if (result.Status == UnhandledException.Status && program is not null && watched.DescribeException(program) is { } text)
            terminal.Note($"where the exception came from:\n{text}");

        if (result.Explanation is { } explanation)
            terminal.Error(explanation);
        return result.Status;
    }
}
