using System.Threading.Channels;

namespace AzaleaOS.Tests.Programs.Sources.CSharp;

/// <summary>Tasks, channels, semaphores and cancellation on the thread pool.</summary>
internal static class AsyncWork
{
    internal static async Task RunAsync()
    {
        int[] squares = await Task.WhenAll(Enumerable.Range(0, 200).Select(SquareAsync));
        Console.WriteLine($"squares {squares.Sum()}");

        var channel = Channel.CreateBounded<int>(8);
        Task<long> reader = Task.Run(async () =>
        {
            long sum = 0;
            await foreach (int item in channel.Reader.ReadAllAsync())
                sum += item;
            return sum;
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(n => Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++)
                await channel.Writer.WriteAsync((n * 1000) + i);
        })));
        channel.Writer.Complete();
        Console.WriteLine($"channel {await reader}");

        using var two = new SemaphoreSlim(2);
        int inside = 0;
        int most = 0;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            await two.WaitAsync();
            int now = Interlocked.Increment(ref inside);
            for (int seen = Volatile.Read(ref most); now > seen && Interlocked.CompareExchange(ref most, now, seen) != seen; seen = Volatile.Read(ref most))
                continue;
            await Task.Delay(1);
            Interlocked.Decrement(ref inside);
            two.Release();
        }));
        Console.WriteLine($"semaphore {most <= 2}");

        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));
        try
        {
            await Task.Delay(Timeout.Infinite, cancel.Token);
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("cancelled");
        }

        try
        {
            await Task.Run(() => throw new ArgumentException("from a task"));
        }
        catch (ArgumentException e)
        {
            Console.WriteLine(e.Message);
        }

        var local = new AsyncLocal<string> { Value = "outer" };
        await Task.Run(() => local.Value = "inner");
        Console.WriteLine(local.Value);
        Task<string> first = await Task.WhenAny(Later("slow", 30_000), Later("quick", 1));
        Console.WriteLine(await first);
    }

    private static async Task<int> SquareAsync(int n)
    {
        await Task.Yield();
        if (n % 50 == 0)
            await Task.Delay(2);
        return n * n;
    }

    private static async Task<string> Later(string what, int milliseconds)
    {
        await Task.Delay(milliseconds);
        return what;
    }
}
