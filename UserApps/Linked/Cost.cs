using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AzaleaOS.UserApps.Linked;

/// <summary>What a getpid costs by each way that a C# program has.</summary>
internal static partial class Cost
{
    private const int Calls = 10_000;

    /// <summary>Prints a line for each way: its name, and nanoseconds per call in thousandths, the loop included.</summary>
    /// <remarks>Under <c>-icount shift=0</c> a nanosecond is an instruction.</remarks>
    internal static int Print()
    {
        Measure("csharp-loop", Empty);
        Measure("csharp-linked", Linked);
        Measure("csharp-pinvoke", PlatformInvoke);
        return 0;
    }

    private static void Measure(string name, Action<int> loop)
    {
        long best = long.MaxValue;
        for (int round = 0; round < 5; round++)
        {
            long start = Stopwatch.GetTimestamp();
            loop(Calls);
            best = Math.Min(best, Stopwatch.GetTimestamp() - start);
        }

        Console.WriteLine($"{name} {(long)(best * (1e12 / Stopwatch.Frequency) / Calls)}");
    }

    private static void Empty(int calls)
    {
        for (int i = 0; i < calls; i++)
            Nothing();
    }

    private static void Linked(int calls)
    {
        for (int i = 0; i < calls; i++)
            Azalea.GetPid();
    }

    private static void PlatformInvoke(int calls)
    {
        for (int i = 0; i < calls; i++)
            getpid();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Nothing()
    {
    }

    // As the class library itself calls libc.
    [DllImport("libc")]
    private static extern int getpid();
}
