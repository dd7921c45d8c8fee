using System.CommandLine;
using System.CommandLine.Parsing;
using AzaleaOS.Build.CommandLine;
using AzaleaOS.Build.Launching;

namespace AzaleaOS.Build.Commands;

/// <summary>The <c>azalea</c> command: its verbs, and what all of them do alike.</summary>
internal static class AzaleaCommand
{
    private const string ExitStatuses =
        """
        Exit status:
          0 success; 1 a build, test or bench failed; 64 wrong command line; 66 a file cannot be read;
          69 a tool is missing; 124 timeout; 125 the guest ended without a status; 130 interrupted.
          run: the exit status of the program in the guest.
        """;

    /// <summary>Runs the command line and returns the process's exit status.</summary>
    internal static int Run(string[] arguments)
    {
        (string[] head, string[] tail) = SplitAtSeparator(arguments);
        var context = new CommandContext { ProgramArguments = tail };
        try
        {
            using var signals = new SignalCancellation();
            context.Cancellation = signals.Token;
            if (CompilerCommand.TryRunAsync(context, arguments).GetAwaiter().GetResult() is { } compiled)
                return signals.Status ?? compiled;

            RootCommand root = Create(context);
            ParseResult parsed = root.Parse(head);
            if (UsageProblem(parsed, tail) is { } problem)
            {
                context.Terminal.Error(problem, $"see:  {HelpFor(parsed)}");
                return ExitStatus.Usage;
            }

            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            int status = parsed.InvokeAsync(configuration, signals.Token).GetAwaiter().GetResult();
            return signals.Status ?? status;
        }
        catch (Exception e)
        {
            return context.Terminal.Report(e);
        }
    }

    /// <summary>The tree of verbs. A new verb is one file with its options and its action, and one line here.</summary>
    internal static RootCommand Create(CommandContext context)
    {
        var root = new RootCommand("AzaleaOS: a 64-bit ring-0 unikernel in C#. Builds kernel images and runs programs on them.")
        {
            RunCommand.Create(context),
            BuildImageCommand.Create(),
            RunImageCommand.Create(context),
            ApplicationCommand.CreateCheck(),
            ApplicationCommand.CreateBuild(),
            RunApplicationCommand.Create(context),
            BuildCommand.Create(context),
            IsoCommand.Create(context),
            CompilerCommand.CreateC(),
            CompilerCommand.CreateCpp(),
            PackCommand.Create(context),
            PromoteCommand.Create(context),
            SymbolizeCommand.Create(context),
            TestCommand.Create(context),
            BenchCommand.Create(context),
            DoctorCommand.Create(context),
            CleanCommand.Create(context),
        };
        HelpText.Install(root, ExitStatuses);
        root.SetAction(parsed =>
        {
            root.Parse(["--help"]).Invoke(new InvocationConfiguration { Output = Console.Error });
            return ExitStatus.Usage;
        });
        return root;
    }

    /// <summary>Words behind <c>--</c> belong to the program in the guest, whatever they look like.</summary>
    internal static (string[] Head, string[] Tail) SplitAtSeparator(string[] arguments)
    {
        int separator = Array.IndexOf(arguments, KernelCommandLine.ProgramSeparator);
        return separator < 0 ? (arguments, []) : (arguments[..separator], arguments[(separator + 1)..]);
    }

    /// <summary>What is wrong with a command line in one line, or null.</summary>
    internal static string? UsageProblem(ParseResult parsed, string[] tail)
    {
        if (parsed.Tokens.Count == 0 && tail.Length == 0)
            return null;
        if (parsed.CommandResult.Command is CompilerCommand)
            return null; // gcc knows its own words
        foreach (string token in StrayOptions(parsed))
            return $"unknown option {token}" + (parsed.CommandResult.Command is RunCommand ? "; the program's own options go behind --" : "");
        if (parsed.UnmatchedTokens is [var unmatched, ..])
            return parsed.CommandResult.Command is RootCommand ? $"unknown verb {unmatched}" : $"unexpected argument {unmatched}";
        if (parsed.Errors is [var error, ..])
            return error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
        if (tail.Length > 0 && parsed.CommandResult.Command is not IAcceptsProgramArguments)
            return "only run and iso take arguments behind --";
        return null;
    }

    private static IEnumerable<string> StrayOptions(ParseResult parsed)
    {
        IEnumerable<string> argumentTokens = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).Select(token => token.Value);
        return argumentTokens.Concat(parsed.UnmatchedTokens).Where(token => token.Length > 1 && token[0] == '-');
    }

    private static string HelpFor(ParseResult parsed) => parsed.CommandResult.Command is RootCommand ? "azalea --help" : $"azalea {parsed.CommandResult.Command.Name} --help";
}
