using System.CommandLine;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader rm</c>: forgets unikernels that ended.</summary>
internal sealed class RemoveCommand : Command
{
    private readonly Argument<string[]> _ids = CommonOptions.Unikernels("The unikernels: numbers, first digits of them, or names.");
    private readonly Option<bool> _force = new("--force", "-f") { Description = "End those that run first." };
    private readonly Option<bool> _json = CommonOptions.Json();

    private RemoveCommand()
        : base("rm", "Remove the record and log of unikernels that ended.")
    {
        Arguments.Add(_ids);
        Options.Add(_force);
        Options.Add(_json);
        SetAction((parsed, cancellation) => Task.Run(() => Reporting.Run(() => EachUnikernel.Do(
            parsed.GetRequiredValue(_ids), parsed.GetValue(_json), home => Remove(home, parsed.GetValue(_force), cancellation))), CancellationToken.None));
    }

    internal static RemoveCommand Create() => new();

    private static Outcome Remove(UnikernelDirectory home, bool force, CancellationToken cancellation)
    {
        UnikernelRecord record = home.Read();
        if (record.IsActive && !force)
            throw CommandException.Usage($"{record.Label} runs: stop it first, or use --force");
        if (record.IsActive)
            KillCommand.End(home, cancellation);
        Outcome outcome = EachUnikernel.OutcomeOf(home, "removed");
        if (home.HasRecord)
            home.Remove();
        return outcome;
    }
}
