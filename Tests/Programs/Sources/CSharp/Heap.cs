using System.Runtime;

namespace AzaleaOS.Tests.Programs.Sources.CSharp;

/// <summary>The heap of large objects, memory that is given back, collections beside the running program, pinned objects, what the collector says.</summary>
internal static class Heap
{
    internal static void Run()
    {
        Large();
        Background();
        Pinned();
        Resurrection();
        Regions();
        GCMemoryInfo info = GC.GetGCMemoryInfo(GCKind.Any);
        Console.WriteLine($"memory {info.TotalAvailableMemoryBytes > 0} {info.TotalAvailableMemoryBytes <= MemTotal()} {info.HeapSizeBytes > 0} {info.HighMemoryLoadThresholdBytes > 0}");
        Console.WriteLine($"allocated {GC.GetTotalAllocatedBytes(precise: true) > 100_000_000} {GC.GetAllocatedBytesForCurrentThread() > 0} {GC.GetTotalPauseDuration() > TimeSpan.Zero}");
    }

    private static void Large()
    {
        var random = new Random(3);
        byte[]?[] blocks = new byte[160][];
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < blocks.Length; i++)
            {
                blocks[i] ??= new byte[90_000 + random.Next(400_000)];
                blocks[i].AsSpan().Fill((byte)i);
            }

            for (int i = round % 2; i < blocks.Length; i += 2)
                blocks[i] = null;
            GC.Collect();
        }

        long before = GC.GetGCMemoryInfo(GCKind.FullBlocking).GenerationInfo[3].FragmentationAfterBytes;
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        long after = GC.GetGCMemoryInfo(GCKind.FullBlocking).GenerationInfo[3].FragmentationAfterBytes;
        Console.WriteLine($"compacted {before > 1_000_000} {after < before / 4} {GCSettings.LargeObjectHeapCompactionMode}");
        int wrong = 0;
        for (int i = 0; i < blocks.Length; i++)
            wrong += blocks[i] is { } block && block.AsSpan().ContainsAnyExcept((byte)i) ? 1 : 0;
        Console.WriteLine($"large objects, wrong: {wrong} of {blocks.Count(block => block is not null)}");
    }

    /// <summary>Collections of generation 2 that do not stop the program, while two threads allocate.</summary>
    private static void Background()
    {
        object[] held = [.. Enumerable.Range(0, 40_000).Select(n => (object)new int[20 + (n % 30)])];
        bool stop = false;
        long wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, 2).Select(n => new Thread(() =>
        {
            var random = new Random(n);
            while (!Volatile.Read(ref stop))
            {
                int at = (random.Next(held.Length / 2) * 2) + n;
                int[] old = (int[])held[at];
                if (old.Length is < 20 or > 49)
                    Interlocked.Increment(ref wrong);
                held[at] = new int[20 + random.Next(30)];
            }
        }))];
        foreach (Thread thread in threads)
            thread.Start();
        long end = Environment.TickCount64 + 120_000;
        do
        {
            GC.Collect(2, GCCollectionMode.Forced, blocking: false);
            Thread.Sleep(1);
        }
        while (GC.GetGCMemoryInfo(GCKind.Background).Index == 0 && Environment.TickCount64 < end);

        Volatile.Write(ref stop, true);
        foreach (Thread thread in threads)
            thread.Join();
        GCMemoryInfo info = GC.GetGCMemoryInfo(GCKind.Background);
        Console.WriteLine($"background {info.Index > 0} {info.Concurrent} {wrong}");
    }

    private static unsafe void Pinned()
    {
        byte[] pinned = GC.AllocateArray<byte>(10_000, pinned: true);
        byte[] young = new byte[100];
        fixed (byte* fixedYoung = young)
        {
            byte* where = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref pinned[0]);
            for (int i = 0; i < 3; i++)
                GC.Collect(i, GCCollectionMode.Forced, blocking: true, compacting: true);
            fixed (byte* now = pinned, youngNow = young)
                Console.WriteLine($"pinned {now == where} {youngNow == fixedYoung}");
        }
    }

    private sealed class Phoenix
    {
        internal static Phoenix? Last { get; set; }

        ~Phoenix() => Last = this;
    }

    private static void Resurrection()
    {
        Make();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Console.WriteLine($"resurrected {Phoenix.Last is not null}");
        Phoenix.Last = null;
        var table = new System.Runtime.CompilerServices.ConditionalWeakTable<object, string>();
        object key = new();
        table.Add(key, "value");
        GC.Collect();
        Console.WriteLine(table.TryGetValue(key, out string? value) ? value : "lost");
        GC.KeepAlive(key);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Make() => _ = new Phoenix();
    }

    private static void Regions()
    {
        Console.WriteLine($"no collection {GC.TryStartNoGCRegion(1_000_000)}");
        int before = GC.CollectionCount(0);
        for (int i = 0; i < 100; i++)
            _ = new byte[1000];
        Console.WriteLine($"none came {GC.CollectionCount(0) == before} {GCSettings.LatencyMode}");
        GC.EndNoGCRegion();
        GC.AddMemoryPressure(1 << 20);
        GC.RemoveMemoryPressure(1 << 20);
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Console.WriteLine($"aggressive {GCSettings.LatencyMode is GCLatencyMode.Interactive or GCLatencyMode.Batch}");
    }

    private static long MemTotal()
        => long.Parse(File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemTotal:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024;
}
