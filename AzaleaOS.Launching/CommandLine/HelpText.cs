using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace AzaleaOS.Build.CommandLine;

/// <summary>Adds examples and exit statuses to the help that System.CommandLine writes.</summary>
internal static class HelpText
{
    /// <summary>Replaces the action of the help option of a whole tree of commands.</summary>
    /// <param name="root">The command.</param>
    /// <param name="exitStatuses">What its exit statuses mean, the last lines of every help.</param>
    internal static void Install(RootCommand root, string exitStatuses)
    {
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new Action((HelpAction)help.Action!, exitStatuses);
    }

    private sealed class Action(HelpAction standard, string exitStatuses) : SynchronousCommandLineAction
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

            output.WriteLine(exitStatuses);
            return status;
        }
    }
}
