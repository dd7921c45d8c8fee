namespace AzaleaOS.Tests.Programs.Sources.CSharp;

/// <summary>Collections while threads allocate, sleep, and spin without a call: the last must be stopped by a signal.</summary>
internal static class GarbageCollection
{
    private sealed class Node(Node? next, int value)
    {
        internal Node? Next { get; } = next;

        internal int Value { get; } = value;

        internal byte[] Payload { get; } = new byte[value % 200];
    }

    private sealed class Finalized(Action done)
    {
        ~Finalized() => done();
    }

    private static volatile bool s_stop;
    private static long s_turns;

    internal static void Run()
    {
        var spinner = new Thread(Spin) { IsBackground = true };
        spinner.Start();
        while (Volatile.Read(ref s_turns) == 0)
            Thread.Yield();

        long[] sums = new long[8];
        Thread[] threads = [.. Enumerable.Range(0, sums.Length).Select(n => new Thread(() => sums[n] = Allocate(n)))];
        foreach (Thread thread in threads)
            thread.Start();
        for (int i = 0; i < 12; i++)
        {
            GC.Collect(i % 3, GCCollectionMode.Forced, blocking: true, compacting: i % 2 == 0);
            Thread.Sleep(1);
        }

        foreach (Thread thread in threads)
            thread.Join();
        long before = Volatile.Read(ref s_turns);
        GC.Collect();
        while (Volatile.Read(ref s_turns) == before)
            Thread.Yield();
        s_stop = true;
        spinner.Join();
        Console.WriteLine(string.Join(' ', sums));
        Console.WriteLine($"collected {GC.CollectionCount(0) >= 12} {GC.CollectionCount(2) >= 4}");
        Finalizers();
        Large();
    }

    private static void Spin()
    {
        long turns = 0;
        while (!s_stop)
            Volatile.Write(ref s_turns, ++turns);
    }

    private static long Allocate(int seed)
    {
        Node? list = null;
        long sum = 0;
        for (int i = 0; i < 30_000; i++)
        {
            list = new Node(i % 500 == 0 ? null : list, (i * 31) + seed);
            if (i % 500 == 499)
            {
                for (Node? node = list; node is not null; node = node.Next)
                    sum += node.Value + node.Payload.Length;
            }
        }

        return sum;
    }

    private static void Finalizers()
    {
        int count = 0;
        MakeGarbage(() => Interlocked.Increment(ref count));
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Console.WriteLine($"finalized {count}");
        var weak = new WeakReference(new byte[100]);
        GC.Collect();
        Console.WriteLine($"weak {weak.IsAlive}");
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void MakeGarbage(Action done)
    {
        for (int i = 0; i < 100; i++)
            _ = new Finalized(done);
    }

    private static void Large()
    {
        long total = 0;
        for (int i = 0; i < 40; i++)
        {
            byte[] block = new byte[1_000_000 + i];
            block[^1] = (byte)i;
            total += block[^1] + block[i];
        }

        Console.WriteLine($"large {total}");
    }
}
