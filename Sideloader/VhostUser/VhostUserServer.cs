using System.Net.Sockets;
using AzaleaOS.Sideloader.Devices;

namespace AzaleaOS.Sideloader.VhostUser;

/// <summary>Waits on a socket for a hypervisor and serves it one device.</summary>
public sealed class VhostUserServer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _path;
    private readonly IVirtioDevice _device;
    private readonly VhostUserOptions _options;

    /// <summary>Listens.</summary>
    /// <param name="path">Where the socket is made. Nothing may be there yet.</param>
    /// <param name="device">What is served.</param>
    /// <param name="options">How it is served.</param>
    /// <exception cref="SocketException">The socket cannot be made there.</exception>
    public VhostUserServer(string path, IVirtioDevice device, VhostUserOptions options)
    {
        (_path, _device, _options) = (path, device, options);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(1);
    }

    /// <summary>Serves the first hypervisor that connects, until it hangs up.</summary>
    /// <param name="cancellation">Ends the wait and the service.</param>
    /// <exception cref="IOException">It broke the protocol, or Linux refused something.</exception>
    /// <exception cref="OperationCanceledException">Nobody came before the cancellation.</exception>
    public void ServeOne(CancellationToken cancellation)
    {
        using Socket connection = _listener.AcceptAsync(cancellation).AsTask().GetAwaiter().GetResult();
        connection.Blocking = true;
        using CancellationTokenRegistration hangUp = cancellation.Register(() => connection.Shutdown(SocketShutdown.Both));
        using var session = new VhostUserSession((int)connection.Handle, _device, _options);
        session.Run();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(_path);
    }
}
