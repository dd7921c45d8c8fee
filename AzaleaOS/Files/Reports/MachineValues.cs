using System.Runtime.CompilerServices;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Reports;

/// <summary>What /proc says of the machine: memory in bytes, time, threads.</summary>
internal static unsafe class MachineValues
{
    private const long Hundredth = Clock.Second / 100;

    /// <summary>A number.</summary>
    internal static ulong Of(byte item) => (char)item switch
    {
        't' => Process.TotalMemory,
        'f' => Free(),
        's' => Shared(),
        'u' => Process.TotalMemory - Math.Min(Process.TotalMemory, Free() + Shared()),
        'c' => Process.TotalMemory / 2,
        'm' => Limit(),
        'h' => Process.TotalMemory / AddressSpace.LargePage,
        'U' => (ulong)(Clock.Monotonic() / Hundredth),
        'I' => IdleHundredths(),
        'i' => (ulong)(CpuTime.OfProcess() / Hundredth),
        'b' => (ulong)((Clock.Wall() - Clock.Monotonic()) / Clock.Second),
        'l' => LastThread(),
        _ => Count((char)item),
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong Free() => Math.Min(Process.TotalMemory, AddressSpace.Current->FreeMemory);

    // Collectors that are told a limit keep below it; without one they go on until nothing is left for anybody.
    private static ulong Limit() => (Process.TotalMemory - (Process.TotalMemory / 64)) & ~(KernelPages.Size - 1UL);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong Shared() => (FileSpace.Total - FileSpace.Free) * KernelPages.Size;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong IdleHundredths()
        => (ulong)(Math.Max(0, (Clock.Monotonic() * Cores.Count) - CpuTime.OfProcess()) / Hundredth);

    private static ulong LastThread()
    {
        int last = 0;
        for (int id = 0; id >= 0; id = ReportNumbers.Next((byte)'T', id + 1))
        {
            last = id;
        }

        return (ulong)last;
    }

    // r: threads that run or are ready, x: switches of all threads.
    private static ulong Count(char what)
    {
        ulong sum = 0;
        ThreadTable.Enter();
        for (Thread* thread = ThreadTable.First; thread != null; thread = thread->NextInTable)
        {
            sum += what != 'r' ? thread->VoluntarySwitches + thread->InvoluntarySwitches
                : thread->IsReady ? 1u : 0;
        }

        ThreadTable.Exit();
        return sum;
    }
}
