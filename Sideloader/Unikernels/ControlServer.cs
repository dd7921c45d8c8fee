using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>The supervisor's end of the control socket: lines from the daemon and from other commands.</summary>
/// <remarks>
/// <c>daemon</c> makes a connection the daemon's: it then gets <c>signal N</c>, and says <c>ready</c>, <c>log TEXT</c>,
/// <c>errors BASE64</c> and <c>exit STATUS</c>. Other commands say <c>signal N</c> or <c>end N</c> and get <c>ok</c>, or say <c>wait</c> and find the
/// connection closed when all is over. Only the user's own processes reach the socket: its directory is 0700.
/// </remarks>
internal sealed class ControlServer : IDisposable
{
    internal const string Daemon = "daemon";
    internal const string Ready = "ready";
    internal const string Log = "log ";
    internal const string Errors = "errors ";
    internal const string Exit = "exit ";
    internal const string Signal = "signal ";
    internal const string End = "end ";
    internal const string Wait = "wait";
    internal const string Ok = "ok";

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Lock _gate = new();
    private readonly List<Socket> _connections = [];
    private StreamWriter? _daemon;

    internal ControlServer(string path)
    {
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(16);
    }

    /// <summary>The daemon serves its socket.</summary>
    internal ManualResetEventSlim DaemonIsReady { get; } = new();

    /// <summary>Takes lines for the log.</summary>
    internal required Action<string> OnLog { get; init; }

    /// <summary>Takes the wait status that the application ended with.</summary>
    internal required Action<int> OnExit { get; init; }

    /// <summary>Takes the end of what an application that aborted wrote to its standard error; called before <see cref="OnExit"/>.</summary>
    internal required Action<string> OnErrors { get; init; }

    /// <summary>Takes a signal for the application.</summary>
    internal required Action<int> OnSignal { get; init; }

    /// <summary>Takes the status that the machine is to be ended with.</summary>
    internal required Action<int> OnEnd { get; init; }

    /// <summary>Begins to accept.</summary>
    internal void Start() => new Thread(Accept) { Name = "control", IsBackground = true }.Start();

    /// <summary>Hands a signal to the daemon.</summary>
    /// <returns>Whether there is one.</returns>
    internal bool SendSignal(int number)
    {
        lock (_gate)
        {
            if (_daemon is null)
                return false;
            try
            {
                _daemon.Write(string.Create(CultureInfo.InvariantCulture, $"{Signal}{number}\n"));
                return true;
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException)
            {
                // It is gone, and that is noticed elsewhere.
                return false;
            }
        }
    }

    /// <summary>Closes all connections: whoever waits knows that it is over.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        lock (_gate)
        {
            foreach (Socket connection in _connections)
                connection.Dispose();
        }

        DaemonIsReady.Dispose();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket connection = _listener.Accept();
                lock (_gate)
                    _connections.Add(connection);
                new Thread(() => Serve(connection)) { Name = "control connection", IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // All is over.
        }
    }

    private void Serve(Socket connection)
    {
        try
        {
            using var stream = new NetworkStream(connection, ownsSocket: true);
            using var reader = new StreamReader(stream);
            using var writer = new StreamWriter(stream) { AutoFlush = true };
            while (reader.ReadLine() is { } line)
                Execute(line, writer);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Whoever it was has gone.
        }
        finally
        {
            lock (_gate)
                _connections.Remove(connection);
        }
    }

    private void Execute(string line, StreamWriter writer)
    {
        if (line == Daemon)
        {
            lock (_gate)
                _daemon = writer;
        }
        else if (line == Ready)
            DaemonIsReady.Set();
        else if (line.StartsWith(Log, StringComparison.Ordinal))
            OnLog(line[Log.Length..]);
        else if (line.StartsWith(Errors, StringComparison.Ordinal))
            OnErrors(Text(line.AsSpan(Errors.Length)));
        else if (Number(line, Exit) is { } status)
            OnExit(status);
        else if (Number(line, Signal) is { } signal and >= 1 and <= 64)
            Answer(() => OnSignal(signal), writer);
        else if (Number(line, End) is { } end)
            Answer(() => OnEnd(end), writer);
        else if (line != Wait)
            writer.WriteLine("unknown");
    }

    /// <summary>The text; nothing if it is none.</summary>
    private static string Text(ReadOnlySpan<char> base64)
    {
        byte[] bytes = new byte[base64.Length];
        return Convert.TryFromBase64Chars(base64, bytes, out int count) ? Encoding.UTF8.GetString(bytes, 0, count) : "";
    }

    private static void Answer(Action action, StreamWriter writer)
    {
        action();
        writer.WriteLine(Ok);
    }

    private static int? Number(string line, string prefix) =>
        line.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(line.AsSpan(prefix.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;
}
