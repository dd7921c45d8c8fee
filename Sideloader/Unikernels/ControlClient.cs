using System.Globalization;
using System.Net.Sockets;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>A command's end of the control socket of a unikernel.</summary>
internal sealed class ControlClient : IDisposable
{
    private readonly Socket _socket;
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;

    private ControlClient(Socket socket)
    {
        _socket = socket;
        var stream = new NetworkStream(socket, ownsSocket: true);
        (_reader, _writer) = (new StreamReader(stream), new StreamWriter(stream) { AutoFlush = true });
    }

    /// <summary>Connects; null if nobody watches over it any more.</summary>
    internal static ControlClient? Connect(UnikernelDirectory home)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(home.ControlSocket));
            return new ControlClient(socket);
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    /// <summary>Sends the application a signal.</summary>
    internal bool Signal(int number) => Ask(string.Create(CultureInfo.InvariantCulture, $"{ControlServer.Signal}{number}"));

    /// <summary>Ends the machine.</summary>
    internal bool End(int status) => Ask(string.Create(CultureInfo.InvariantCulture, $"{ControlServer.End}{status}"));

    /// <summary>Waits until all is over.</summary>
    /// <returns>Whether it is; false after the timeout.</returns>
    internal bool Wait(TimeSpan timeout, CancellationToken cancellation = default)
    {
        using CancellationTokenRegistration stop = cancellation.Register(() => _socket.Shutdown(SocketShutdown.Both));
        try
        {
            _socket.ReceiveTimeout = timeout == Timeout.InfiniteTimeSpan ? 0 : Math.Max((int)timeout.TotalMilliseconds, 1);
            _writer.WriteLine(ControlServer.Wait);
            while (_reader.ReadLine() is not null)
            {
            }
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock })
        {
            return false;
        }
        catch (IOException)
        {
            // A supervisor that was killed closes it this way.
        }

        cancellation.ThrowIfCancellationRequested();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private bool Ask(string line)
    {
        try
        {
            _writer.WriteLine(line);
            return _reader.ReadLine() == ControlServer.Ok;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
