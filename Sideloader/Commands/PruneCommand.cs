using System.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader prune</c>: forgets all unikernels that ended.</summary>
internal sealed class PruneCommand : Command
{
    private readonly Option<bool> _json = CommonOptions.Json();

    private PruneCommand()
        : base("prune", "Remove the records and logs of all unikernels that ended, and of those whose command was killed.")
    {
        Options.Add(_json);
        SetAction(parsed => Reporting.Run(() => Prune(parsed)));
    }

    internal static PruneCommand Create() => new();

    private int Prune(ParseResult parsed)
    {
        List<Outcome> outcomes = [];
        foreach (UnikernelDirectory home in StateDirectory.Open().List().Where(home => !home.Read().IsActive))
        {
            outcomes.Add(EachUnikernel.OutcomeOf(home, "removed"));
            home.Remove();
        }

        if (parsed.GetValue(_json))
            Reporting.Json<IReadOnlyList<Outcome>>(outcomes, SideloaderJson.Indented.IReadOnlyListOutcome);
        else
            Console.Write(string.Concat(outcomes.Select(outcome => outcome.Id + "\n")));
        return ExitStatus.Success;
    }
}
