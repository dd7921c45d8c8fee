using System.CommandLine;
using System.Globalization;
using System.Text;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader kill</c>: ends machines, or sends applications a signal.</summary>
internal sealed class KillCommand : Command
{
    /// <summary>How long a machine may take to end once it is killed.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly Argument<string[]> _ids = CommonOptions.Unikernels("The unikernels: numbers, first digits of them, or names.");

    private readonly Option<int> _signal = new("--signal", "-s")
    {
        Description = "The signal, by name or number. KILL ends the machine at once; all others are the application's to handle.",
        HelpName = "SIGNAL",
        DefaultValueFactory = _ => SignalNumber.Kill,
        CustomParser = result =>
        {
            if (Parse(result.Tokens[^1].Value) is { } number)
                return number;
            result.AddError($"--signal {result.Tokens[^1].Value}: give a name such as TERM or a number from 1 to {SignalNumber.Last}");
            return 0;
        },
    };

    private readonly Option<bool> _json = CommonOptions.Json();

    private KillCommand()
        : base("kill", "End machines at once, or send their applications a signal.")
    {
        Arguments.Add(_ids);
        Options.Add(_signal);
        Options.Add(_json);
        SetAction((parsed, cancellation) => Task.Run(() => Reporting.Run(() => EachUnikernel.Do(
            parsed.GetRequiredValue(_ids), parsed.GetValue(_json), home => Kill(home, parsed.GetValue(_signal), cancellation))), CancellationToken.None));
    }

    internal static KillCommand Create() => new();

    /// <summary>Ends a machine and waits until all is over.</summary>
    internal static Outcome End(UnikernelDirectory home, CancellationToken cancellation)
    {
        using ControlClient? control = ControlClient.Connect(home);
        control?.End(128 + SignalNumber.Kill);
        if (control?.Wait(s_patience, cancellation) == false)
            throw CommandException.Lost($"{home.Id} did not end within {s_patience.TotalSeconds} s");
        return EachUnikernel.OutcomeOf(home, "killed");
    }

    /// <summary>"TERM", "SIGTERM" or "15".</summary>
    internal static int? Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            return number is >= 1 and <= SignalNumber.Last ? number : null;
        string name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text : "SIG" + text;
        for (number = 1; number < SignalNumber.FirstRealTime; number++)
        {
            if (Encoding.ASCII.GetString(SignalNames.Find(number)).Equals(name, StringComparison.OrdinalIgnoreCase))
                return number;
        }

        return null;
    }

    private static Outcome Kill(UnikernelDirectory home, int signal, CancellationToken cancellation)
    {
        using ControlClient? control = EachUnikernel.Connect(home);
        if (control is null)
            throw CommandException.NoInput($"{home.Read().Label} does not run any more");
        if (signal == SignalNumber.Kill)
            return End(home, cancellation);
        return control.Signal(signal) ? EachUnikernel.OutcomeOf(home, "signalled") : throw CommandException.NoInput($"{home.Read().Label} does not run any more");
    }
}
