using System.Diagnostics;
using System.Text;
using AzaleaOS.Build.Images;

namespace AzaleaOS.Build.Launching;

/// <summary>One run: its temporary files, its streams, its result.</summary>
internal sealed class MachineRun(HostTools tools, MachineDescription machine, MachineStreams streams, string? temporaryDirectory = null)
{
    private readonly MemoryStream _output = new();
    private readonly MemoryStream _log = new();
    private readonly List<string> _messages = [];
    private readonly Lock _logLock = new();

    internal MachineResult Execute(CancellationToken cancellation)
    {
        MachineLimits.Check(machine);
        DirectoryInfo work = CreateWorkDirectory();
        try
        {
            var records = new LockedStream(streams.Log ?? _log, _logLock);
            var serial = new SerialLine(new ConsoleParser(streams.Output ?? _output, records, streams.Errors, streams.Terminal), machine.BootsFromIso);
            long start = Stopwatch.GetTimestamp();
            string? iso = Iso(work.FullName);
            (ProcessEnding ending, int exitCode) = machine.Kind == MachineKind.Bochs
                ? new BochsMachine(tools).Run(machine, iso!, work.FullName, serial, Message, cancellation)
                : new QemuMachine(tools).Run(machine, iso, work.FullName, serial, streams, Message, cancellation);
            return Result(ending, exitCode, serial.ExitStatus, Stopwatch.GetElapsedTime(start));
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private string? Iso(string work)
    {
        if (!machine.BootsFromIso || machine.Iso is not null)
            return machine.Iso;
        string iso = Path.Combine(work, "boot.iso");
        IsoImage.Write(new IsoRequest
        {
            Kernel = machine.Kernel!,
            Modules = machine.Initramfs is null ? [] : [machine.Initramfs],
            CommandLine = machine.CommandLine,
            Output = iso,
        }, tools);
        return iso;
    }

    private DirectoryInfo CreateWorkDirectory()
    {
        string path = Path.Combine(temporaryDirectory ?? Path.GetTempPath(), "azalea-" + Path.GetRandomFileName());
        return OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(path)
            : Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Message(string line)
    {
        _messages.Add(line);
        if (streams.Message is { } message)
        {
            message(line);
            return;
        }

        if (streams.Log is null)
            return;
        lock (_logLock)
        {
            streams.Log.Write(Encoding.UTF8.GetBytes(line + "\n"));
            streams.Log.Flush();
        }
    }

    private MachineResult Result(ProcessEnding ending, int exitCode, int? status, TimeSpan elapsed)
    {
        // A guest that has said its status has finished, however its machine went away.
        MachineEnding how = status is not null ? MachineEnding.Exited : ending switch
        {
            ProcessEnding.TimedOut => MachineEnding.TimedOut,
            ProcessEnding.Cancelled => MachineEnding.Cancelled,
            _ => MachineEnding.NoExitRecord,
        };
        int result = how switch
        {
            MachineEnding.Exited => status!.Value,
            MachineEnding.TimedOut => ExitStatus.TimedOut,
            MachineEnding.Cancelled => ExitStatus.Interrupted,
            _ => ExitStatus.NoExitRecord,
        };
        return new MachineResult(how, result, _output.ToArray(), _log.ToArray(), [.. _messages], exitCode, elapsed);
    }
}
