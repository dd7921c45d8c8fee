// KeyValue serve SOCKET: answers "set KEY VALUE", "get KEY", "count" and "stop", a line each, on a Unix socket.
// KeyValue [CLIENTS] [CALLS]: a server and its clients in one program; each client checks what it reads.
using System.Collections.Concurrent;
using System.Net.Sockets;

if (args is ["serve", var path])
{
    await Server.RunAsync(path);
    return 0;
}

int clients = args.Length > 0 ? int.Parse(args[0]) : 8;
int calls = args.Length > 1 ? int.Parse(args[1]) : 500;
string socket = Path.Combine(Path.GetTempPath(), $"azalea-keyvalue-{Environment.ProcessId}");
Task server = Server.RunAsync(socket);
int[] wrong = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => ClientAsync(socket, client, calls)));
using (StreamReader reader = Connect(socket, out StreamWriter writer))
{
    await writer.WriteLineAsync("count");
    Console.WriteLine($"{await reader.ReadLineAsync()} keys, {wrong.Sum()} wrong answers");
    await writer.WriteLineAsync("stop");
}

await server;
return wrong.Sum() == 0 ? 0 : 1;

static async Task<int> ClientAsync(string socket, int client, int calls)
{
    int wrong = 0;
    using StreamReader reader = Connect(socket, out StreamWriter writer);
    for (int i = 0; i < calls; i++)
    {
        string key = $"{client}/{i % 100}";
        await writer.WriteLineAsync($"set {key} value {i} of client {client}");
        wrong += await reader.ReadLineAsync() == "ok" ? 0 : 1;
        await writer.WriteLineAsync($"get {key}");
        wrong += await reader.ReadLineAsync() == $"value {i} of client {client}" ? 0 : 1;
    }

    return wrong;
}

static StreamReader Connect(string path, out StreamWriter writer)
{
    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    socket.Connect(new UnixDomainSocketEndPoint(path));
    var stream = new NetworkStream(socket, ownsSocket: true);
    writer = new StreamWriter(stream) { AutoFlush = true, NewLine = "\n" };
    return new StreamReader(stream);
}

internal static class Server
{
    public static async Task RunAsync(string path)
    {
        File.Delete(path);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(64);
        var store = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        using var stop = new CancellationTokenSource();
        var sessions = new List<Task>();
        try
        {
            while (true)
                sessions.Add(ServeAsync(await listener.AcceptAsync(stop.Token), store, stop));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(sessions);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static async Task ServeAsync(Socket client, ConcurrentDictionary<string, string> store, CancellationTokenSource stop)
    {
        using var stream = new NetworkStream(client, ownsSocket: true);
        using var reader = new StreamReader(stream);
        await using var writer = new StreamWriter(stream) { AutoFlush = true, NewLine = "\n" };
        while (await reader.ReadLineAsync() is { } line)
        {
            string[] words = line.Split(' ', 3);
            if (words is ["stop"])
            {
                await stop.CancelAsync();
                return;
            }

            await writer.WriteLineAsync(Answer(words, store));
        }
    }

    private static string Answer(string[] words, ConcurrentDictionary<string, string> store)
    {
        switch (words)
        {
            case ["set", var key, var value]:
                store[key] = value;
                return "ok";
            case ["get", var key]:
                return store.TryGetValue(key, out string? found) ? found : "none";
            case ["count"]:
                return store.Count.ToString();
            default:
                return "error: set KEY VALUE, get KEY, count or stop";
        }
    }
}
