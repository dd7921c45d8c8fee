using System.Buffers.Text;
using System.Runtime;
using System.Runtime.CompilerServices;
using AzaleaOS.App;

namespace GetPid;

/// <summary>Counts what one getpid costs by each way into the libOS, as the paper's Fig. 5 does.</summary>
/// <remarks>
/// Prints a line per way: name, then the ticks per call in thousandths, the loop's own cost taken off.
/// Under <c>-icount shift=0</c> one tick of the time-stamp counter is one instruction.
/// </remarks>
public sealed unsafe class Kernel : AzaleaOS.Kernel
{
    private const ulong Calls = 10_000;

    /// <inheritdoc/>
    protected override void Run()
    {
        ulong empty = Measure(&LoopEmpty);
        Report("call-direct "u8, Measure(&LoopDirect) - empty);
        Report("call-table "u8, Measure(&LoopTable) - empty);
        Report("call-csharp "u8, Measure(&LoopCSharp) - empty);
        Report("syscall "u8, Measure(&LoopSystemCall) - empty);
        Stop(0);
    }

    /// <summary>Ticks of the second of two rounds: the first one fills caches and translation buffers.</summary>
    private static ulong Measure(delegate*<ulong, void> loop)
    {
        loop(Calls);
        ulong start = Azalea.ReadTimestamp();
        loop(Calls);
        return Azalea.ReadTimestamp() - start;
    }

    private static void Report(ReadOnlySpan<byte> name, ulong ticks)
    {
        Span<byte> line = stackalloc byte[64];
        name.CopyTo(line);
        Utf8Formatter.TryFormat(ticks * 1000 / Calls, line[name.Length..], out int digits);
        int end = name.Length + digits;
        line[end] = (byte)'\n';
        Print(line[..(end + 1)]);
    }

    private static void LoopCSharp(ulong calls)
    {
        for (ulong i = 0; i < calls; i++) Azalea.GetPid();
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("getpid_loop_empty")]
    private static extern void LoopEmpty(ulong calls);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("getpid_loop_direct")]
    private static extern void LoopDirect(ulong calls);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("getpid_loop_table")]
    private static extern void LoopTable(ulong calls);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("getpid_loop_syscall")]
    private static extern void LoopSystemCall(ulong calls);
}
