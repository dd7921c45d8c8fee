using System.Collections.Concurrent;
using System.Globalization;

namespace AzaleaOS.Tests.Programs.Sources.CSharp;

/// <summary>Loops and queries over all cores.</summary>
internal static class ParallelWork
{
    internal static void Run()
    {
        long sum = 0;
        Parallel.For(0, 100_000, () => 0L, (i, _, local) => local + ((long)i * i), local => Interlocked.Add(ref sum, local));
        Console.WriteLine($"Parallel.For {sum}");

        int[] counts = new int[64];
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => counts[i] = CountPrimes(i * 500, (i + 1) * 500));
        Console.WriteLine($"primes {counts.Sum()}");

        int plinq = Enumerable.Range(1, 20_000).AsParallel().WithDegreeOfParallelism(4).Where(n => n % 7 == 3).Select(n => n * 3).Sum();
        Console.WriteLine($"PLINQ {plinq}");

        var words = new ConcurrentDictionary<string, int>();
        Parallel.ForEach(Enumerable.Range(0, 5000), i => words.AddOrUpdate((i % 13).ToString(CultureInfo.InvariantCulture), 1, (_, n) => n + 1));
        Console.WriteLine(string.Join(' ', words.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}:{pair.Value}")));

        IEnumerable<string> groups = Enumerable.Range(0, 100).GroupBy(n => n % 5).OrderByDescending(g => g.Key).Select(g => $"{g.Key}={g.Average():0.0}");
        Console.WriteLine(string.Join(", ", groups));

        try
        {
            Parallel.For(0, 10, i =>
            {
                if (i == 5)
                    throw new InvalidOperationException("five");
            });
        }
        catch (AggregateException all)
        {
            Console.WriteLine($"{all.InnerExceptions.Count} {all.InnerExceptions[0].Message}");
        }

        Locks();
    }

    private static void Locks()
    {
        object gate = new();
        int plain = 0;
        Thread[] threads = [.. Enumerable.Range(0, 16).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 2000; i++)
            {
                lock (gate)
                    plain++;
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        Console.WriteLine($"lock {plain}");

        using var barrier = new Barrier(4, b => plain += (int)b.CurrentPhaseNumber);
        Parallel.Invoke([.. Enumerable.Repeat<Action>(() => { }, 4)]);
        Thread[] phased = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 10; i++)
                barrier.SignalAndWait();
        }))];
        foreach (Thread thread in phased)
            thread.Start();
        foreach (Thread thread in phased)
            thread.Join();
        Console.WriteLine($"barrier {plain}");
    }

    private static int CountPrimes(int from, int to)
    {
        int count = 0;
        for (int n = Math.Max(from, 2); n < to; n++)
        {
            bool prime = true;
            for (int d = 2; d * d <= n && prime; d++)
                prime = n % d != 0;
            count += prime ? 1 : 0;
        }

        return count;
    }
}
