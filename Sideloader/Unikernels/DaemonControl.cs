using System.Globalization;
using System.Net.Sockets;
using System.Text;
using AzaleaOS.Build.Launching;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>The daemon's end of the control socket.</summary>
internal sealed class DaemonControl : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Lock _gate = new();
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;
    private volatile bool _isOver;

    private DaemonControl(UnikernelDirectory home)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(home.ControlSocket));
        var stream = new NetworkStream(_socket, ownsSocket: true);
        (_reader, _writer) = (new StreamReader(stream), new StreamWriter(stream) { AutoFlush = true });
        Send(ControlServer.Daemon);
    }

    /// <summary>Connects to the supervisor.</summary>
    internal static DaemonControl Connect(UnikernelDirectory home) => new(home);

    /// <summary>Begins to listen.</summary>
    /// <param name="onSignal">Takes signals for the application.</param>
    /// <param name="onGone">Called when the supervisor is gone. The process ends soon after, even if it is stuck in a system call.</param>
    internal void Start(Action<int> onSignal, Action onGone)
    {
        var thread = new Thread(() =>
        {
            Listen(onSignal);
            if (_isOver)
                return;
            onGone();
            Thread.Sleep(s_patience);
            Libc.EndProcess(ExitStatus.NoExitRecord);
        })
        {
            Name = "control",
            IsBackground = true,
        };
        thread.Start();
    }

    internal void SayReady() => Send(ControlServer.Ready);

    internal void SayExit(int waitStatus) => Send(string.Create(CultureInfo.InvariantCulture, $"{ControlServer.Exit}{waitStatus}"));

    /// <summary>The end of what an application that aborted wrote to its standard error.</summary>
    internal void SayErrors(string text) => Send(ControlServer.Errors + Convert.ToBase64String(Encoding.UTF8.GetBytes(text)));

    /// <summary>A line for the user.</summary>
    internal void Log(string line) => Send(ControlServer.Log + line.ReplaceLineEndings(" "));

    /// <inheritdoc/>
    public void Dispose()
    {
        _isOver = true;
        _socket.Dispose();
    }

    private void Listen(Action<int> onSignal)
    {
        try
        {
            while (_reader.ReadLine() is { } line)
            {
                if (line.StartsWith(ControlServer.Signal, StringComparison.Ordinal))
                    onSignal(int.Parse(line.AsSpan(ControlServer.Signal.Length), CultureInfo.InvariantCulture));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The same as its end.
        }
    }

    private void Send(string line)
    {
        try
        {
            lock (_gate)
                _writer.WriteLine(line);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The supervisor is gone: the listening thread ends this process.
        }
    }
}
