using System.Diagnostics;
using System.Globalization;
using AzaleaOS.Sideloader.Confinement;
using AzaleaOS.Sideloader.Offload;
using AzaleaOS.Sideloader.Statistics;
using AzaleaOS.Sideloader.VhostUser;

namespace AzaleaOS.Bench.Offload;

/// <summary>The other process of the bench: the channel's end on Linux, confined as the daemon of a unikernel is, and with its counters.</summary>
internal sealed class OffloadPeer : IDisposable
{
    /// <summary>The word by which the bench starts itself as the peer.</summary>
    internal const string Word = "offload-peer";

    /// <summary>Longer than any pause between two measurements.</summary>
    internal static readonly TimeSpan Polling = TimeSpan.FromSeconds(5);

    private const int Cores = 1;

    private readonly string _socket;
    private readonly Process _process;

    /// <summary>Starts it and waits until it serves.</summary>
    /// <param name="socket">Where; the file is removed at the end.</param>
    /// <param name="root">The directory that it gives.</param>
    /// <param name="spin">How long it looks for a request before it sleeps.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal OffloadPeer(string socket, string root, TimeSpan spin, CancellationToken cancellation)
    {
        _socket = socket;
        Directory.CreateDirectory(HomeOf(socket));
        StatisticsFile.Create(CountersOf(socket), 1 + Cores);
        string microseconds = spin.TotalMicroseconds.ToString(CultureInfo.InvariantCulture);
        _process = Process.Start(Environment.ProcessPath!, [typeof(OffloadBench).Assembly.Location, Word, socket, root, microseconds]);
        while (!File.Exists(socket))
        {
            cancellation.ThrowIfCancellationRequested();
            if (_process.HasExited)
                throw new IOException($"the peer ended with status {_process.ExitCode}");
            Thread.Sleep(10);
        }
    }

    /// <summary>Serves one driver at a socket.</summary>
    internal static void Serve(string socket, string root, string microseconds)
    {
        ProcessConfinement.Enter(new ConfinementPlan { Trees = [(root, false)], ForSockets = [Path.GetDirectoryName(socket)!], Own = [HomeOf(socket)], Log = Console.Error.WriteLine });
        using StatisticsFile statistics = StatisticsFile.Open(CountersOf(socket));
        using var device = new OffloadDevice(new OffloadOptions { Root = root, Cores = Cores, Statistics = statistics });
        using var server = new VhostUserServer(socket, device, new VhostUserOptions
        {
            Spin = TimeSpan.FromMicroseconds(double.Parse(microseconds, CultureInfo.InvariantCulture)),
            Log = Console.Error.WriteLine,
        });
        server.ServeOne(CancellationToken.None);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // It ends when its driver has hung up.
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
            _process.Kill();
        _process.Dispose();
        File.Delete(_socket);
        Directory.Delete(HomeOf(_socket), recursive: true);
    }

    private static string HomeOf(string socket) => socket + ".home";

    private static string CountersOf(string socket) => Path.Combine(HomeOf(socket), "statistics");
}
