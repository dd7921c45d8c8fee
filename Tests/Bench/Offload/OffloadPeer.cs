using System.Diagnostics;
using AzaleaOS.Sideloader.Offload;
using AzaleaOS.Sideloader.VhostUser;

namespace AzaleaOS.Bench.Offload;

/// <summary>The other process of the bench: the channel's end on Linux, which polls.</summary>
internal static class OffloadPeer
{
    /// <summary>The word by which the bench starts itself as the peer.</summary>
    internal const string Word = "offload-peer";

    /// <summary>Starts it, and waits for its socket.</summary>
    internal static Process Start(string socket, string root, CancellationToken cancellation)
    {
        Process peer = Process.Start(Environment.ProcessPath!, [typeof(OffloadPeer).Assembly.Location, Word, socket, root]);
        while (!File.Exists(socket))
        {
            cancellation.ThrowIfCancellationRequested();
            if (peer.HasExited)
                throw new IOException($"the peer ended with status {peer.ExitCode}");
            Thread.Sleep(10);
        }

        return peer;
    }

    /// <summary>Waits for its end, which comes with its driver's.</summary>
    internal static void End(Process peer, string socket)
    {
        if (!peer.WaitForExit(TimeSpan.FromSeconds(10)))
            peer.Kill();
        File.Delete(socket);
    }

    /// <summary>Serves one driver at a socket.</summary>
    internal static void Serve(string socket, string root)
    {
        using var device = new OffloadDevice(new OffloadOptions { Root = root });
        using var server = new VhostUserServer(socket, device, new VhostUserOptions
        {
            // Longer than any pause between two measurements.
            Spin = TimeSpan.FromSeconds(5),
            Log = Console.Error.WriteLine,
        });
        server.ServeOne(CancellationToken.None);
    }
}
