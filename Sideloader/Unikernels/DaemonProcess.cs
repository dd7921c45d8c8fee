using System.Diagnostics;
using System.Globalization;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>The process that carries out a unikernel's system calls, and has this process's standard streams.</summary>
/// <remarks>It ends when the machine does, and when its control connection closes: so it does not outlive its supervisor, however that ends.</remarks>
internal sealed class DaemonProcess : IDisposable
{
    private readonly Process _process;

    private DaemonProcess(Process process)
    {
        _process = process;
        Identity = ProcessIdentity.Find(process.Id);
    }

    internal ProcessIdentity? Identity { get; }

    /// <summary>Set when it ended.</summary>
    internal Task Ended { get; private init; } = Task.CompletedTask;

    /// <summary>Its exit status; 128 and the number of a signal that killed it.</summary>
    internal int Status => _process.ExitCode;

    internal bool HasEnded => _process.HasExited;

    /// <summary>Starts it.</summary>
    internal static DaemonProcess Start(UnikernelDirectory home, LaunchPlan plan)
    {
        List<string> words = ["serve", home.Location, "--cores", plan.Machine.Cpus.ToString(CultureInfo.InvariantCulture)];
        if (plan.Root is { } root)
            words.AddRange(["--root", root]);
        if (plan.ReadOnly)
            words.Add("--read-only");
        if (plan.Console)
            words.Add("--no-streams");
        foreach (string mount in plan.Mounts)
            words.AddRange(["--mount", mount]);

        ProcessStartInfo start = OwnProgram.Start(words);
        Process process = Process.Start(start)!;
        return new DaemonProcess(process) { Ended = process.WaitForExitAsync() };
    }

    /// <summary>Waits for its end, and kills it if it takes longer.</summary>
    internal void End(TimeSpan patience)
    {
        if (!_process.WaitForExit(patience))
            Kill();
        _process.WaitForExit();
    }

    internal void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has gone by itself.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
