using System.Diagnostics;
using System.Globalization;

namespace AzaleaOS.Tests.Programs.Sources.CSharp;

/// <summary>What a program sees of its process, the clocks and the machine.</summary>
internal static class Machine
{
    internal static void Run()
    {
        using Process process = Process.GetCurrentProcess();
        Console.WriteLine($"process {process.Id == Environment.ProcessId} {process.ProcessName} {Path.GetFileName(Environment.ProcessPath)}");
        Console.WriteLine($"file {process.MainModule!.FileName == Environment.ProcessPath} threads {process.Threads.Count > 0}");
        Console.WriteLine($"memory {process.WorkingSet64 > 1 << 20} {process.VirtualMemorySize64 >= process.WorkingSet64} {process.PrivateMemorySize64 > 0} {Environment.WorkingSet > 0}");
        TimeSpan enough = process.TotalProcessorTime + TimeSpan.FromMilliseconds(20);
        var watch = Stopwatch.StartNew();
        do
            process.Refresh();
        while (process.TotalProcessorTime < enough && watch.ElapsedMilliseconds < 60_000);
        Console.WriteLine($"time {process.TotalProcessorTime >= enough} {process.UserProcessorTime <= process.TotalProcessorTime} {process.StartTime <= DateTime.Now.AddSeconds(1)}");
        Console.WriteLine($"priority {process.PriorityClass} exited {process.HasExited}");

        Console.WriteLine($"stopwatch {Stopwatch.IsHighResolution} {Stopwatch.Frequency}");
        TimeSpan apart = DateTime.Now.ToUniversalTime() - DateTime.UtcNow;
        Console.WriteLine($"now {apart.Duration() < TimeSpan.FromSeconds(5)} {DateTimeOffset.Now.Offset} {DateTime.UtcNow.Year >= 2024}");
        long ticks = Stopwatch.GetTimestamp();
        bool forward = true;
        Parallel.For(0, 20_000, _ =>
        {
            long before = Volatile.Read(ref ticks);
            long now = Stopwatch.GetTimestamp();
            if (now < before)
                Volatile.Write(ref forward, false);
            Volatile.Write(ref ticks, now);
        });
        Console.WriteLine($"forward on all cores {forward}");

        Console.WriteLine($"environment {Environment.GetEnvironmentVariable("TZ")} {Environment.CurrentDirectory == Environment.GetEnvironmentVariable("PWD")} {Environment.NewLine.Length}");
        Console.WriteLine($"system {OperatingSystem.IsLinux()} {Environment.Is64BitProcess} {Environment.SystemPageSize} {BitConverter.IsLittleEndian}");
        Console.WriteLine($"cores {Environment.ProcessorCount >= 1} {Environment.CpuUsage.TotalTime > TimeSpan.Zero}");
        Pool();
    }

    /// <summary>What it was lent, for a machine that the test knows.</summary>
    internal static void Size()
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        GC.Collect();
        available = Math.Max(available, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} {available >> 20} {System.Runtime.GCSettings.IsServerGC}"));
    }

    private static void Pool()
    {
        using var done = new CountdownEvent(1000);
        for (int i = 0; i < 1000; i++)
            ThreadPool.QueueUserWorkItem(_ => done.Signal());
        Console.WriteLine($"pool {done.Wait(60_000)}");

        // More work items that wait than there are cores: the pool must add threads.
        using var gate = new ManualResetEventSlim();
        using var inside = new CountdownEvent(Environment.ProcessorCount + 3);
        Task[] waiting = [.. Enumerable.Range(0, inside.InitialCount).Select(_ => Task.Run(() =>
        {
            inside.Signal();
            gate.Wait();
        }))];
        Console.WriteLine($"grows {inside.Wait(120_000)}");
        gate.Set();
        Task.WaitAll(waiting);

        using var signal = new AutoResetEvent(false);
        using var seen = new ManualResetEventSlim();
        RegisteredWaitHandle registered = ThreadPool.RegisterWaitForSingleObject(signal, (_, timedOut) =>
        {
            if (!timedOut)
                seen.Set();
        }, null, 60_000, executeOnlyOnce: true);
        signal.Set();
        Console.WriteLine($"registered wait {seen.Wait(60_000)}");
        registered.Unregister(null);
        using var mutex = new Mutex(initiallyOwned: true);
        bool taken = true;
        var other = new Thread(() => taken = mutex.WaitOne(10));
        other.Start();
        other.Join();
        Console.WriteLine($"mutex {taken}");
        mutex.ReleaseMutex();
        using var readers = new ReaderWriterLockSlim();
        int value = 0;
        Parallel.For(0, 200, i =>
        {
            if (i % 10 == 0)
            {
                readers.EnterWriteLock();
                value++;
                readers.ExitWriteLock();
            }
            else
            {
                readers.EnterReadLock();
                _ = value;
                readers.ExitReadLock();
            }
        });
        Console.WriteLine($"readers and writers {value}");
    }
}
