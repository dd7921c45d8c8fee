using System.Diagnostics;

namespace AzaleaOS.Tests.Programs.Sources.CSharp;

/// <summary>Clocks that go forward and timers that are never early.</summary>
internal static class Timers
{
    private static readonly ManualResetEventSlim s_five = new();
    private static int s_ticks;

    internal static async Task RunAsync()
    {
        using (new Timer(_ => Tick(), null, 5, 5))
            Console.WriteLine($"ticks {s_five.Wait(TimeSpan.FromSeconds(60))}");

        using (var periodic = new PeriodicTimer(TimeSpan.FromMilliseconds(3)))
        {
            int count = 0;
            while (count < 4 && await periodic.WaitForNextTickAsync())
                count++;
            Console.WriteLine($"periodic {count}");
        }

        foreach (int milliseconds in (int[])[0, 1, 20, 50])
        {
            long start = Stopwatch.GetTimestamp();
            Thread.Sleep(milliseconds);
            Console.WriteLine($"slept {milliseconds} {Stopwatch.GetElapsedTime(start).TotalMilliseconds >= milliseconds}");
        }

        object gate = new();
        lock (gate)
            Console.WriteLine($"wait {Monitor.Wait(gate, 10)}");
        var pulsed = new Thread(() =>
        {
            lock (gate)
                Monitor.PulseAll(gate);
        });
        lock (gate)
        {
            pulsed.Start();
            Console.WriteLine($"pulse {Monitor.Wait(gate, 60_000)}");
        }

        pulsed.Join();
        Console.WriteLine(DateTime.UtcNow.Year >= 2024);
        Console.WriteLine(TimeZoneInfo.Local.BaseUtcOffset);
        Console.WriteLine(Environment.TickCount64 > 0);
    }

    private static void Tick()
    {
        if (Interlocked.Increment(ref s_ticks) == 5)
            s_five.Set();
    }
}
