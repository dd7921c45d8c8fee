using AzaleaOS.Abi.Linux;
using AzaleaOS.Build.Launching;
using AzaleaOS.Build.StackTraces;
using AzaleaOS.Build.Streams;
using AzaleaOS.Sideloader.Statistics;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>Watches over one unikernel from its start to its end: its daemon, its machine, its record, its signals.</summary>
/// <remarks>
/// Either end's death ends the other: this process kills the machine when the daemon dies, and the daemon ends when the machine hangs
/// up. If this process itself is killed, the kernel kills the machine (parent-death signal) and the daemon finds its control
/// connection closed.
/// </remarks>
internal sealed class Supervisor
{
    private const int SignalStatus = 128;

    /// <summary>How long the daemon may take to serve its socket; more than a busy host needs.</summary>
    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(60);

    /// <summary>How long it may take to end after the machine.</summary>
    private static readonly TimeSpan s_newsPatience = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_endPatience = TimeSpan.FromSeconds(1);

    private readonly UnikernelDirectory _home;
    private readonly LaunchPlan _plan;
    private readonly bool _hasInput;
    private readonly Action<string> _say;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<string> _messages = [];
    private UnikernelRecord _record;
    private volatile bool _machineEnded;
    private (int Status, string Reason)? _forced;
    private int? _waitStatus;
    private volatile string _errors = "";
    private volatile WatchedStreams? _console;
    private ControlServer? _control;
    private StatisticsFile? _statistics;
    private InterruptCounter _interrupts;

    /// <param name="home">The unikernel's directory.</param>
    /// <param name="plan">What runs.</param>
    /// <param name="record">The record so far.</param>
    /// <param name="hasInput">Whether the application gets this process's standard input.</param>
    /// <param name="say">Takes lines for the user.</param>
    internal Supervisor(UnikernelDirectory home, LaunchPlan plan, UnikernelRecord record, bool hasInput, Action<string> say)
        => (_home, _plan, _record, _hasInput, _say) = (home, plan, record, hasInput, say);

    /// <summary>What is written down at last.</summary>
    internal UnikernelRecord Record => _record;

    /// <summary>Runs it to its end.</summary>
    /// <returns>The exit status of the command.</returns>
    internal int Run()
    {
        try
        {
            Update(_record);
            int status = RunProcesses();
            string? reason = _forced?.Reason;

            // Said before the record tells the end: who waits for that and asks for the log finds all of it.
            if (reason is not null)
                _say(reason);
            else if (status == UnhandledException.Status)
                ShowException();
            Update(_record with { State = UnikernelState.Ended, Ended = DateTimeOffset.UtcNow, Status = status, Signal = ApplicationSignal, Reason = reason });
            return status;
        }
        catch (Exception e)
        {
            int status = e switch
            {
                LaunchException launch => launch.ExitStatus,
                CommandException command => command.Status,
                IOException or UnauthorizedAccessException => ExitStatus.Unavailable,
                _ => ExitStatus.Internal,
            };
            Update(_record with { State = UnikernelState.Ended, Ended = DateTimeOffset.UtcNow, Status = status, Reason = e.Message });
            throw;
        }
        finally
        {
            _control?.Dispose();
            _statistics?.Dispose();
            _home.RemoveWorkFiles();
        }
    }

    /// <summary>A signal for the application; one that cannot reach it ends the machine.</summary>
    internal void Signal(int number)
    {
        if (number == SignalNumber.Kill)
        {
            End(SignalStatus + number, "killed");
            return;
        }

        if (number == SignalNumber.Interrupt && _interrupts.IsTooMany())
        {
            End(SignalStatus + number, "interrupted three times within a second, the machine was stopped");
            return;
        }

        bool reached = _statistics?.Features is not null && _control?.SendSignal(number) == true;
        bool wouldEnd = number is not (SignalNumber.WindowChange or SignalNumber.Child or SignalNumber.Urgent or SignalNumber.Continue);
        if (!reached && wouldEnd)
            End(SignalStatus + number, "interrupted, the machine was stopped");
    }

    /// <summary>The signal that ended the application, by its own word; null if it exited, or if something else ended the machine.</summary>
    private string? ApplicationSignal => _forced is null && _waitStatus is { } wait ? WaitStatus.SignalOf(wait) : null;

    private int RunProcesses()
    {
        StatisticsFile.Create(_home.StatisticsFile, 1 + _plan.Machine.Cpus);
        _statistics = StatisticsFile.Open(_home.StatisticsFile);
        _plan.WriteBootFiles(_home);
        _control = new ControlServer(_home.ControlSocket)
        {
            OnLog = line => _say(line),
            OnErrors = text => _errors = text,
            OnExit = status => _waitStatus = status,
            OnSignal = Signal,
            OnEnd = status => End(status, "killed"),
        };
        _control.Start();
        using var metrics = new MetricsServer(_home, _statistics);
        using TraceFileWriter? trace = _plan.TraceFile is null ? null : new TraceFileWriter(_plan.TraceFile, _statistics);
        using LogKeeper? log = LogKeeper.Start(_home, _plan.LogBytes);
        using var keys = new TerminalKeeper();
        using DaemonProcess daemon = DaemonProcess.Start(_home, _plan);
        Update(_record with { Daemon = daemon.Identity });
        WaitUntilReady(daemon);
        using var signals = new SignalForwarder(Signal, () => _record.Emulator);
        _ = daemon.Ended.ContinueWith(_ => DaemonEnded(daemon), TaskScheduler.Default);

        MachineResult result;
        try
        {
            result = RunMachine();
        }
        catch (LaunchException) when (daemon.Ended.Wait(s_newsPatience) && daemon.Status != 0)
        {
            // QEMU says that it cannot reach the daemon, and refuses.
            DaemonEnded(daemon);
            return _forced!.Value.Status;
        }

        // A machine that gave up by itself may have done so because the daemon had gone, of which this process has not heard yet.
        if (result.Ending is not (MachineEnding.Exited or MachineEnding.TimedOut) && result.EmulatorStatus <= SignalStatus && daemon.Ended.Wait(s_newsPatience))
            DaemonEnded(daemon);
        // What the daemon does from here on follows from the machine's end.
        _machineEnded = true;
        daemon.End(s_endPatience);

        // What the daemon wrote before it ended may not have been read yet.
        if (result.Ending == MachineEnding.Exited && result.Status > SignalStatus && _statistics.Features is not null)
            SpinWait.SpinUntil(() => _waitStatus is not null, s_endPatience);
        return Conclude(result);
    }

    private void WaitUntilReady(DaemonProcess daemon)
    {
        long start = Environment.TickCount64;
        while (!_control!.DaemonIsReady.Wait(TimeSpan.FromMilliseconds(20)))
        {
            if (daemon.HasEnded)
                throw new CommandException(_messages.Count > 0 ? _messages[^1] : $"the daemon ended with status {daemon.Status} before it served", daemon.Status is ExitStatus.Usage or ExitStatus.NoInput or ExitStatus.Unavailable ? daemon.Status : ExitStatus.NoExitRecord);
            if (Environment.TickCount64 - start > s_startPatience.TotalMilliseconds)
                throw CommandException.Lost($"the daemon did not serve within {s_startPatience.TotalSeconds} s");
        }
    }

    private MachineResult RunMachine()
    {
        // An image without the driver has its streams on the serial line, where a terminal must be raw.
        using HostStreams? host = _plan.Console ? new HostStreams(_hasInput, () => End(SignalStatus + SignalNumber.Kill, "ended by its keys")) : null;
        Stream output = RawOutput.Standard();
        Stream errors = RawOutput.Error();
        MachineStreams streams = host?.Take(output, errors) ?? new MachineStreams { Output = output, Errors = errors, Log = errors };
        _console = new WatchedStreams(streams);
        streams = _console.Streams with
        {
            Started = pid => Update(_record with { State = UnikernelState.Running, Emulator = ProcessIdentity.Find(pid) }),
            Message = line =>
            {
                lock (_messages)
                    _messages.Add(line);
            },
        };
        return Machine.Run(_plan.Describe(_home, host?.KernelOptions ?? []), streams, _stop.Token);
    }

    /// <summary>Says where the exception came from that ended the application, with the lines of its debug information.</summary>
    private void ShowException()
    {
        // An image without the driver writes all that it has to say to its console.
        string program = _plan.Program ?? _plan.Image;
        if ((UnhandledException.Describe(_errors, program) ?? _console?.DescribeException(program)) is not { } text)
            return;
        // It is the application's text and goes to somebody's terminal: no control characters.
        _say("where the exception came from:\n" + string.Concat(text.Select(c => char.IsControl(c) && c != '\n' ? '?' : c)));
    }

    private void DaemonEnded(DaemonProcess daemon)
    {
        // By itself it ends when the machine has gone, with status 0.
        if (daemon.Status != 0 && !_machineEnded)
            End(ExitStatus.NoExitRecord, daemon.Status > SignalStatus ? $"the daemon was killed by signal {daemon.Status - SignalStatus}, the machine was stopped" : $"the daemon ended with status {daemon.Status}, the machine was stopped");
    }

    private int Conclude(MachineResult result)
    {
        lock (_gate)
        {
            if (_forced is { } forced)
                return forced.Status;
            if (result.Ending == MachineEnding.Exited)
            {
                if (_plan.Root is not null && _statistics!.Features is null)
                    _say($"the image {_plan.Image} has no driver for the offload channel: --root had no effect");
                return result.Status;
            }

            if (_waitStatus is { } wait)
                return WaitStatus.ToExit(wait);
            _forced = result.Ending switch
            {
                MachineEnding.TimedOut => (ExitStatus.TimedOut, $"the time of {_plan.Machine.Timeout!.Value.TotalSeconds} s was over, the machine was stopped"),
                _ when result.EmulatorStatus > SignalStatus => (ExitStatus.NoExitRecord, $"QEMU was killed by signal {result.EmulatorStatus - SignalStatus}"),
                _ => (ExitStatus.NoExitRecord, result.Explanation + (_messages.Count > 0 ? $"; QEMU said: {_messages[^1]}" : "")),
            };
            return _forced.Value.Status;
        }
    }

    private void End(int status, string reason)
    {
        lock (_gate)
            _forced ??= (status, reason);
        _stop.Cancel();
    }

    private void Update(UnikernelRecord record)
    {
        _record = record;
        _home.Write(record);
    }
}
