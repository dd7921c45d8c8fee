using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Commands;

/// <summary>Options and arguments that several verbs have.</summary>
internal static class CommonOptions
{
    /// <summary><c>--json</c>.</summary>
    internal static Option<bool> Json() => new("--json") { Description = "Print the result as JSON on standard output." };

    /// <summary>Unikernels by number or name.</summary>
    internal static Argument<string[]> Unikernels(string description, bool canBeNone = false)
    {
        var argument = new Argument<string[]>("ID") { Description = description, Arity = canBeNone ? ArgumentArity.ZeroOrMore : ArgumentArity.OneOrMore };
        argument.CompletionSources.Add(Complete);
        return argument;
    }

    /// <summary>One unikernel by number or name.</summary>
    internal static Argument<string> Unikernel()
    {
        var argument = new Argument<string>("ID") { Description = "The unikernel: its number, the first digits of it, or its name." };
        argument.CompletionSources.Add(Complete);
        return argument;
    }

    /// <summary>Whole seconds.</summary>
    internal static Option<double> Seconds(string name, string description, double standard) => new(name)
    {
        Description = description,
        HelpName = "S",
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value is >= 0 and < 1e6)
                return value;
            result.AddError($"{name} {text}: give a number of seconds");
            return 0;
        },
    };

    private static IEnumerable<CompletionItem> Complete(CompletionContext context)
    {
        try
        {
            return [.. StateDirectory.Open().List().Select(home => new CompletionItem(home.Read().Label))];
        }
        catch (CommandException)
        {
            // Whoever presses Tab wants words, no errors.
            return [];
        }
    }
}
