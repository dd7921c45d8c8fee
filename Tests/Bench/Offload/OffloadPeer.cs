using AzaleaOS.Sideloader.Offload;
using AzaleaOS.Sideloader.VhostUser;

namespace AzaleaOS.Bench.Offload;

/// <summary>The other process of the bench: the channel's end on Linux, which polls.</summary>
internal static class OffloadPeer
{
    /// <summary>The word by which the bench starts itself as the peer.</summary>
    internal const string Word = "offload-peer";

    /// <summary>Serves one driver at a socket.</summary>
    internal static void Serve(string socket, string root)
    {
        using var device = new OffloadDevice(new OffloadOptions { Root = root, ReadOnly = true });
        using var server = new VhostUserServer(socket, device, new VhostUserOptions
        {
            // Longer than any pause between two measurements.
            Spin = TimeSpan.FromSeconds(5),
            Log = Console.Error.WriteLine,
        });
        server.ServeOne(CancellationToken.None);
    }
}
