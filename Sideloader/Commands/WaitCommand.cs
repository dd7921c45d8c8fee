using System.CommandLine;
using AzaleaOS.Build.Launching;
using AzaleaOS.Sideloader.Unikernels;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader wait</c>: waits for a unikernel's end, and ends with its status.</summary>
internal sealed class WaitCommand : Command
{
    private readonly Argument<string> _id = CommonOptions.Unikernel();
    private readonly Option<double> _timeout = CommonOptions.Seconds("--timeout", "How long to wait; the status is then 124. 0 is for ever.", 0);
    private readonly Option<bool> _json = CommonOptions.Json();

    private WaitCommand()
        : base("wait", "Wait until a unikernel ends; its exit status becomes the status of this command.")
    {
        Arguments.Add(_id);
        Options.Add(_timeout);
        Options.Add(_json);
        SetAction((parsed, cancellation) => Task.Run(() => Reporting.Run(() => Wait(parsed, cancellation)), CancellationToken.None));
    }

    internal static WaitCommand Create() => new();

    private int Wait(ParseResult parsed, CancellationToken cancellation)
    {
        UnikernelDirectory home = StateDirectory.Open().Find(parsed.GetRequiredValue(_id));
        TimeSpan timeout = parsed.GetValue(_timeout) is > 0 and var seconds ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan;
        using (ControlClient? control = EachUnikernel.Connect(home))
        {
            if (control?.Wait(timeout, cancellation) == false)
                throw new CommandException($"{home.Read().Label} still runs", ExitStatus.TimedOut);
        }

        if (!home.HasRecord)
            throw CommandException.Lost($"{home.Id} ended in the foreground of another command, which has its status");
        UnikernelRecord record = home.Read();
        if (parsed.GetValue(_json))
            Reporting.Json(record, SideloaderJson.Indented.UnikernelRecord);
        if (record.Reason is not null)
            Reporting.Say(record.Reason);
        return record.Status ?? ExitStatus.NoExitRecord;
    }
}
