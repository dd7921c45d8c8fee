using System.Globalization;
using System.Net.Sockets;
using System.Text;
using AzaleaOS.Sideloader.Statistics;

namespace AzaleaOS.Sideloader.Unikernels;

/// <summary>Answers HTTP requests on the metrics socket: one request for each connection, one after the other.</summary>
internal sealed class MetricsServer : IDisposable
{
    private const int MostRequest = 8192;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly UnikernelDirectory _home;
    private readonly StatisticsFile _file;

    internal MetricsServer(UnikernelDirectory home, StatisticsFile file)
    {
        (_home, _file) = (home, file);
        _listener.Bind(new UnixDomainSocketEndPoint(home.MetricsSocket));
        _listener.Listen(16);
        new Thread(Serve) { Name = "metrics", IsBackground = true }.Start();
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Serve()
    {
        while (true)
        {
            try
            {
                using Socket connection = _listener.Accept();
                connection.ReceiveTimeout = connection.SendTimeout = (int)s_patience.TotalMilliseconds;
                Answer(connection);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is not (SocketError.OperationAborted or SocketError.Interrupted or SocketError.InvalidArgument))
            {
                // Who asked has gone, or is too slow: the next one.
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    private void Answer(Socket connection)
    {
        byte[] request = new byte[MostRequest];
        int length = 0;
        while (length < request.Length && request.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            int read = connection.Receive(request.AsSpan(length));
            if (read == 0)
                break;
            length += read;
        }

        string[] words = Encoding.ASCII.GetString(request, 0, length).Split(' ', 3);
        (string status, string body) = words switch
        {
            ["GET", "/metrics" or "/", ..] => ("200 OK", MetricsText.Write(_home.Read(), _file)),
            ["GET", ..] => ("404 Not Found", "the counters are at /metrics\n"),
            _ => ("400 Bad Request", "GET /metrics\n"),
        };
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        string head = string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\nContent-Type: {MetricsText.ContentType}\r\nContent-Length: {bytes.Length}\r\nConnection: close\r\n\r\n");
        connection.Send([new ArraySegment<byte>(Encoding.ASCII.GetBytes(head)), new ArraySegment<byte>(bytes)]);
    }
}
