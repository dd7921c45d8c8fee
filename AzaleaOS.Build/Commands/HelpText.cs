using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace AzaleaOS.Build.Commands;

/// <summary>A verb that shows more than its options in <c>--help</c>.</summary>
internal interface IHasExamples
{
    /// <summary>Lines below "Examples:".</summary>
    public IReadOnlyList<string> Examples { get; }
}

/// <summary>Adds examples and exit statuses to the help that System.CommandLine writes.</summary>
internal static class HelpText
{
    private const string ExitStatuses =
        """
        Exit status:
          0 success; 1 a build, test or bench failed; 64 wrong command line; 66 a file cannot be read;
          69 a tool is missing; 124 timeout; 125 the guest ended without a status; 130 interrupted.
          run: the exit status of the program in the guest.
        """;

    /// <summary>Replaces the action of the help option of a whole tree of commands.</summary>
    internal static void Install(RootCommand root)
    {
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new Action((HelpAction)help.Action!);
    }

    private sealed class Action(HelpAction standard) : SynchronousCommandLineAction
    {
        /// <summary>Who asks for help need not give what the verb requires.</summary>
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int status = standard.Invoke(parseResult);
            TextWriter output = parseResult.InvocationConfiguration.Output;
            if (parseResult.CommandResult.Command is IHasExamples command)
            {
                output.WriteLine("Examples:");
                foreach (string example in command.Examples)
                    output.WriteLine($"  {example}");
                output.WriteLine();
            }

            output.WriteLine(ExitStatuses);
            return status;
        }
    }
}
