// Threads: what a program does with them; each line says what came out, and a wrong one ends with status 1.
using System.Collections.Concurrent;

int failures = 0;
const int Workers = 8;

int unguarded = 0;
var gate = new Lock();
OnAll(_ =>
{
    for (int i = 0; i < 10_000; i++)
    {
        lock (gate)
            unguarded++;
    }
});
Check("lock", unguarded, Workers * 10_000);

int[] phases = new int[Workers];
using (var barrier = new Barrier(Workers))
{
    OnAll(index =>
    {
        for (int phase = 0; phase < 100; phase++)
        {
            phases[index]++;
            barrier.SignalAndWait();
            if (phases.Max() - phases.Min() > 1)
                Interlocked.Increment(ref failures);
        }
    });
}

Check("barrier", phases.Sum(), Workers * 100);

using (var queue = new BlockingCollection<int>(16))
{
    long sum = 0;
    Task[] consumers = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
    {
        foreach (int item in queue.GetConsumingEnumerable())
            Interlocked.Add(ref sum, item);
    }))];
    OnAll(index =>
    {
        for (int i = 0; i < 500; i++)
            queue.Add(index);
    });
    queue.CompleteAdding();
    Task.WaitAll(consumers);
    Check("queue", sum, 500 * Enumerable.Range(0, Workers).Sum());
}

using (var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50)))
{
    bool cancelled = false;
    try
    {
        await Task.Delay(Timeout.Infinite, cancellation.Token);
    }
    catch (OperationCanceledException)
    {
        cancelled = true;
    }

    Check("cancellation", cancelled ? 1 : 0, 1);
}

int ticks = 0;
using (var done = new ManualResetEventSlim())
using (new Timer(_ =>
{
    if (Interlocked.Increment(ref ticks) == 5)
        done.Set();
}, null, 0, 10))
{
    Check("timer", done.Wait(TimeSpan.FromSeconds(30)) ? 5 : ticks, 5);
}

var local = new ThreadLocal<int>(() => Environment.CurrentManagedThreadId);
var ids = new ConcurrentDictionary<int, int>();
OnAll(_ => ids[local.Value] = 1);
Check("thread-local", ids.Count, Workers);

long fibonacci = await Fibonacci(16);
Check("tasks", fibonacci, 987);
return failures == 0 ? 0 : 1;

static void OnAll(Action<int> action)
{
    Thread[] threads = [.. Enumerable.Range(0, Workers).Select(index => new Thread(() => action(index)))];
    foreach (Thread thread in threads)
        thread.Start();
    foreach (Thread thread in threads)
        thread.Join();
}

static async Task<long> Fibonacci(int n)
{
    if (n < 2)
        return n;
    Task<long> one = Task.Run(() => Fibonacci(n - 1));
    return await Fibonacci(n - 2) + await one;
}

void Check(string what, long is_, long should)
{
    Console.WriteLine(is_ == should ? $"{what}: {is_}" : $"{what}: {is_}, not {should}");
    failures += is_ == should ? 0 : 1;
}
