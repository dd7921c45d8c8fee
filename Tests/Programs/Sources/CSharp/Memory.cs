using System.Runtime.CompilerServices;

namespace AzaleaOS.Tests.Programs.Sources.CSharp;

/// <summary>Memory that runs out: always an exception, and the program goes on. The environment or a small machine sets the limit.</summary>
internal static class Memory
{
    private const int Threads = 4;

    private static readonly int[] s_sizes = [1000, 40_000, 200_000, 5_000_000];

    internal static void Run()
    {
        Console.WriteLine("one array: " + Caught(() => new long[1_000_000_000]));
        Console.WriteLine("rank 2: " + Caught(() => new long[40_000, 40_000]));
        foreach (int size in s_sizes)
        {
            Console.WriteLine($"arrays of {size}: " + Caught(() => Fill(size)));
            GC.Collect();
        }

        Console.WriteLine("list that doubles: " + Caught(() => Double()));
        Console.WriteLine("text: " + Caught(() => Text()));

        string[] ends = new string[Threads];
        Thread[] threads = [.. Enumerable.Range(0, Threads).Select(n => new Thread(() => ends[n] = Caught(() => Fill(s_sizes[n]))))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        GC.Collect();
        Console.WriteLine("at once: " + string.Join(' ', ends));

        GC.Collect();
        long sum = 0;
        for (int i = 0; i < 100_000; i++)
            sum += new byte[100 + (i % 50)].Length;
        Console.WriteLine($"goes on: {sum}");
    }

    private static string Caught(Action action)
    {
        try
        {
            action();
            return "no exception";
        }
        catch (OutOfMemoryException e)
        {
            return e.GetType().Name;
        }
    }

    private static string Caught(Func<object> action) => Caught(() => { GC.KeepAlive(action()); });

    /// <summary>A chain without end: each part points to the one before.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Fill(int size)
    {
        object[]? last = null;
        while (true)
        {
            var part = new object?[2];
            part[0] = last;
            part[1] = new byte[size];
            last = part!;
        }
    }

    private static void Double()
    {
        var list = new List<long>();
        while (true)
            list.Add(list.Count);
    }

    private static object Text()
    {
        string text = new('x', 1_000_000);
        while (true)
            text += text;
    }
}
