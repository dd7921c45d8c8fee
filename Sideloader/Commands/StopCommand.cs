using System.CommandLine;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader stop</c>: asks an application to end, and ends its machine if it does not.</summary>
internal sealed class StopCommand : Command
{
    private readonly Argument<string[]> _ids = CommonOptions.Unikernels("The unikernels: numbers, first digits of them, or names.");
    private readonly Option<double> _time = CommonOptions.Seconds("--time", "How long the application may take after SIGTERM before its machine is ended.", 10);
    private readonly Option<bool> _json = CommonOptions.Json();

    private StopCommand()
        : base("stop", "Send SIGTERM to the application; after --time seconds end its machine.")
    {
        Arguments.Add(_ids);
        Options.Add(_time);
        Options.Add(_json);
        SetAction((parsed, cancellation) => Task.Run(() => Reporting.Run(() => EachUnikernel.Do(
            parsed.GetRequiredValue(_ids), parsed.GetValue(_json), home => Stop(home, TimeSpan.FromSeconds(parsed.GetValue(_time)), cancellation))), CancellationToken.None));
    }

    internal static StopCommand Create() => new();

    private static Outcome Stop(UnikernelDirectory home, TimeSpan time, CancellationToken cancellation)
    {
        using ControlClient? control = EachUnikernel.Connect(home);
        if (control is null)
            return EachUnikernel.OutcomeOf(home, "ended before");
        control.Signal(SignalNumber.Terminate);
        if (!control.Wait(time, cancellation))
            return KillCommand.End(home, cancellation);
        return EachUnikernel.OutcomeOf(home, "stopped");
    }
}
