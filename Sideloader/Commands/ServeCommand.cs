using System.CommandLine;
using System.Runtime.InteropServices;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.StackTraces;
using AzaleaOS.Sideloader.Confinement;
using AzaleaOS.Sideloader.Offload;
using AzaleaOS.Sideloader.Statistics;
using AzaleaOS.Sideloader.Unikernels;
using AzaleaOS.Sideloader.VhostUser;

namespace AzaleaOS.Sideloader.Commands;

/// <summary><c>sideloader serve</c>: the daemon of one unikernel. Started by the supervisor, not by users.</summary>
internal sealed class ServeCommand : Command
{
    private readonly Argument<string> _home = new("DIR");
    private readonly Option<int> _cores = new("--cores") { Required = true };
    private readonly Option<string?> _root = new("--root");
    private readonly Option<bool> _readOnly = new("--read-only");
    private readonly Option<string[]> _mounts = new("--mount");
    private readonly Option<bool> _noStreams = new("--no-streams");

    private ServeCommand()
        : base("serve", "Carry out the system calls of one unikernel.")
    {
        Hidden = true;
        Arguments.Add(_home);
        foreach (Option option in (Option[])[_cores, _root, _readOnly, _mounts, _noStreams])
            Options.Add(option);
        SetAction(parsed => Reporting.Run(() => Serve(parsed)));
    }

    internal static ServeCommand Create() => new();

    private int Serve(ParseResult parsed)
    {
        var home = new UnikernelDirectory(parsed.GetRequiredValue(_home));
        string? root = parsed.GetValue(_root);
        bool readOnly = parsed.GetValue(_readOnly);
        MountPoint[] mounts = [.. (parsed.GetValue(_mounts) ?? []).Select(MountPoint.Parse)];
        ProcessConfinement.Enter(new ConfinementPlan
        {
            Trees = [.. root is null ? [] : (IEnumerable<(string, bool)>)[(root, readOnly)], .. mounts.Select(mount => (mount.Host, readOnly || mount.ReadOnly))],
            Own = [home.Location],
            Log = Reporting.Say,
        });
        // The terminal sends its signals to this process as well; the supervisor hands them on.
        PosixSignalRegistration[] ignored = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP, PosixSignal.SIGTSTP }
            .Select(signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true))];
        using var control = DaemonControl.Connect(home);
        using StatisticsFile statistics = StatisticsFile.Open(home.StatisticsFile);
        using var device = new OffloadDevice(new OffloadOptions
        {
            Root = root,
            Mounts = [.. mounts.Select(mount => new MountedDirectory(mount.Host, mount.Guest, mount.ReadOnly))],
            Cores = parsed.GetValue(_cores),
            ReadOnly = readOnly,
            StandardStreams = !parsed.GetValue(_noStreams),
            Log = control.Log,
            Statistics = statistics,
        });
        using var server = new VhostUserServer(home.OffloadSocket, device, new VhostUserOptions { Log = control.Log });
        using var supervisorGone = new CancellationTokenSource();
        control.Start(device.Raise, supervisorGone.Cancel);
        control.SayReady();
        try
        {
            server.ServeOne(supervisorGone.Token);
        }
        catch (OperationCanceledException)
        {
            return ExitStatus.NoExitRecord;
        }

        if (device.ExitStatus is { } status)
        {
            if (WaitStatus.ToExit(status) == UnhandledException.Status)
                control.SayErrors(device.Errors);
            control.SayExit(status);
        }

        Array.ForEach(ignored, registration => registration.Dispose());
        return ExitStatus.Success;
    }
}
