using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AzaleaOS.Tests.Programs.Sources.CSharp;

/// <summary>Sockets between threads of one program: TCP, UDP, local ones, HTTP.</summary>
internal static class Network
{
    internal static async Task RunAsync()
    {
        await TcpAsync();
        await UdpAsync();
        await LocalAsync();
        await HttpAsync();
        await ErrorsAsync();
    }

    private static async Task TcpAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        Task server = Task.Run(async () =>
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
            {
                using TcpClient client = await listener.AcceptTcpClientAsync();
                NetworkStream stream = client.GetStream();
                byte[] buffer = new byte[1000];
                int count;
                while ((count = await stream.ReadAsync(buffer)) > 0)
                    await stream.WriteAsync(buffer.AsMemory(0, count));
            }));
        });
        int[] sums = await Task.WhenAll(Enumerable.Range(0, 8).Select(async n =>
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            NetworkStream stream = client.GetStream();
            byte[] sent = new byte[50_000];
            new Random(n).NextBytes(sent);
            Task writing = Task.Run(async () =>
            {
                await stream.WriteAsync(sent);
                client.Client.Shutdown(SocketShutdown.Send);
            });
            using var back = new MemoryStream();
            await stream.CopyToAsync(back);
            await writing;
            return back.ToArray().AsSpan().SequenceEqual(sent) ? 1 : 0;
        }));
        await server;
        Console.WriteLine($"TCP {sums.Sum()}");
    }

    private static async Task UdpAsync()
    {
        using var one = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var two = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        one.Connect((IPEndPoint)two.Client.LocalEndPoint!);
        int sum = 0;
        for (int i = 1; i <= 20; i++)
        {
            await one.SendAsync(new byte[i]);
            UdpReceiveResult result = await two.ReceiveAsync();
            sum += result.Buffer.Length;
        }

        Console.WriteLine($"UDP {sum}");
    }

    private static async Task LocalAsync()
    {
        var address = new UnixDomainSocketEndPoint("socket");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(address);
        listener.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Task<Socket> accepting = listener.AcceptAsync();
        await client.ConnectAsync(address);
        using Socket server = await accepting;
        await client.SendAsync("over a local socket"u8.ToArray());
        byte[] buffer = new byte[100];
        int count = await server.ReceiveAsync(buffer);
        Console.WriteLine(Encoding.ASCII.GetString(buffer, 0, count));
        client.Close();
        Console.WriteLine($"end {await server.ReceiveAsync(buffer)}");
        File.Delete("socket");
    }

    private static async Task HttpAsync()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        string address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/";
        free.Stop();
        using var listener = new HttpListener();
        listener.Prefixes.Add(address);
        listener.Start();
        Task server = Task.Run(async () =>
        {
            for (int i = 0; i < 6; i++)
            {
                HttpListenerContext context = await listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream);
                string body = await reader.ReadToEndAsync();
                byte[] answer = Encoding.UTF8.GetBytes($"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath} {body.Length}");
                context.Response.StatusCode = context.Request.Url.AbsolutePath == "/missing" ? 404 : 200;
                await context.Response.OutputStream.WriteAsync(answer);
                context.Response.Close();
            }
        });
        using var http = new HttpClient { BaseAddress = new Uri(address) };
        Console.WriteLine(await http.GetStringAsync("page"));
        string[] all = await Task.WhenAll(Enumerable.Range(0, 4).Select(async n =>
        {
            using HttpResponseMessage answer = await http.PostAsync("post", new StringContent(new string('x', n * 10_000)));
            return await answer.Content.ReadAsStringAsync();
        }));
        foreach (string one in all)
            Console.WriteLine(one);
        using HttpResponseMessage missing = await http.GetAsync("missing");
        Console.WriteLine(missing.StatusCode);
        await server;
        listener.Stop();
    }

    private static async Task ErrorsAsync()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        int port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
        }
        catch (SocketException e)
        {
            Console.WriteLine(e.SocketErrorCode);
        }

        using var waiting = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        try
        {
            await waiting.ReceiveAsync(cancel.Token);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("cancelled");
        }
    }
}
