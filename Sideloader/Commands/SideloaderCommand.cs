using System.CommandLine;
using System.CommandLine.Invocation;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Sideloader.Commands;

/// <summary>The <c>sideloader</c> command: its verbs, and what all of them do alike.</summary>
internal static class SideloaderCommand
{
    private const string Separator = "--";

    private const string ExitStatuses =
        """
        Exit status:
          run, wait: the application's own, or 128 and the number of the signal that ended it.
          64 wrong command line; 66 something that is named is not there or cannot be used; 69 this host lacks something;
          70 a defect of this program; 74 input or output failed (virtiofs); 124 timeout;
          125 the unikernel ended without a status; 130 interrupted.
        """;

    /// <summary>Runs the command line and returns the process's exit status.</summary>
    internal static int Run(string[] arguments)
    {
        int separator = Array.IndexOf(arguments, Separator);
        (string[] head, string[] tail) = separator < 0 ? (arguments, []) : (arguments[..separator], arguments[(separator + 1)..]);
        return Reporting.Run(() =>
        {
            RootCommand root = Create(tail);
            ParseResult parsed = root.Parse(head);
            if (parsed.Errors is [var error, ..] && parsed.Action is ParseErrorAction)
                return Reporting.Fail($"{error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ')}: see {HelpFor(parsed)}", ExitStatus.Usage);
            if (separator >= 0 && parsed.CommandResult.Command is not ITakesProgramArguments)
                return Reporting.Fail($"only run and start take arguments behind --: see {HelpFor(parsed)}", ExitStatus.Usage);
            return parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = Timeout.InfiniteTimeSpan }).GetAwaiter().GetResult();
        });
    }

    /// <summary>The tree of verbs.</summary>
    /// <param name="programArguments">The words behind <c>--</c>.</param>
    internal static RootCommand Create(IReadOnlyList<string> programArguments)
    {
        var root = new RootCommand("The Linux peer of AzaleaOS: runs unikernels and carries out their system calls.")
        {
            RunCommand.Create(programArguments),
            StartCommand.Create(programArguments),
            ListCommand.Create(),
            LogsCommand.Create(),
            StopCommand.Create(),
            KillCommand.Create(),
            WaitCommand.Create(),
            InspectCommand.Create(),
            RemoveCommand.Create(),
            PruneCommand.Create(),
            TopCommand.Create(),
            TraceCommand.Create(),
            MetricsCommand.Create(),
            CompletionCommand.Create(),
            ServeCommand.Create(),
            VirtioFsCommand.Create(),
        };
        HelpText.Install(root, ExitStatuses);
        root.SetAction(parsed =>
        {
            root.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = Console.Error });
            return ExitStatus.Usage;
        });
        return root;
    }

    private static string HelpFor(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "sideloader --help" : $"sideloader {parsed.CommandResult.Command.Name} --help";
}

/// <summary>Marks a verb whose command line may have words behind <c>--</c>.</summary>
internal interface ITakesProgramArguments;
