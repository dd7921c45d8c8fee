using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading;

namespace AzaleaOS.Diagnostics;

/// <summary>The end of a kernel that cannot go on: stops all cores, says why, switches off.</summary>
internal static unsafe class Panic
{
    /// <summary>128 + SIGABRT: how a shell sees a program that gave up.</summary>
    internal const int Status = 134;

    /// <summary>
    /// Stops every other core and returns how many have stopped. Set by the layer that knows them; null
    /// while there is one.
    /// </summary>
    internal static delegate*<int> StopOtherCores;

    /// <summary>The index of the calling core. Null while there is one.</summary>
    internal static delegate*<int> CurrentCore;

    private const int Nobody = -1;

    private static int s_reporter = Nobody;

    /// <summary>Reports <paramref name="reason"/> with the caller's registers and backtrace, and ends the machine.</summary>
    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal static void Because(ReadOnlySpan<byte> reason)
    {
        Registers registers;
        Registers.Capture(&registers);
        Begin(reason);
        End(&registers, Status, interrupted: false);
    }

    /// <summary>
    /// Stops the other cores and prints the first line of a report. More lines may follow; then <see cref="End"/>.
    /// </summary>
    internal static void Begin(ReadOnlySpan<byte> reason)
    {
        InterruptFlag.Clear();
        int self = CurrentCore == null ? 0 : CurrentCore();
        int reporter = Interlocked.CompareExchange(ref s_reporter, self, Nobody);
        if (reporter == Nobody)
        {
            int stopped = StopOtherCores == null ? 0 : StopOtherCores();
            ConsoleLock.Break();
            Log.Line($"panic: {reason}");
            if (stopped != 0) Log.Line($"  other cores stopped: {stopped}");
        }
        else if (reporter == self)
        {
            Log.Line($"panic: while reporting: {reason}");
            PowerOff.Machine(Status);
        }
        else
        {
            // Another core reports already and is about to stop this one.
            while (true) InterruptFlag.Halt();
        }
    }

    /// <summary>Prints registers and backtrace, and ends the machine.</summary>
    /// <param name="registers">Where it happened.</param>
    /// <param name="status">The exit status, 0 to 255.</param>
    /// <param name="interrupted">rip is the instruction that failed; else it is the one behind a call.</param>
    [DoesNotReturn]
    internal static void End(Registers* registers, int status, bool interrupted = true)
    {
        Print(registers);
        Backtrace.Print(registers->Rip, registers->Rsp, registers->Rbp, interrupted);
        PowerOff.Machine(status);
    }

    private static void Print(Registers* r)
    {
        Log.Line($"  rip {r->Rip:x16}  rsp {r->Rsp:x16}  rbp {r->Rbp:x16}  flags {r->Rflags:x8}");
        Log.Line($"  rax {r->Rax:x16}  rbx {r->Rbx:x16}  rcx {r->Rcx:x16}  rdx {r->Rdx:x16}");
        Log.Line($"  rsi {r->Rsi:x16}  rdi {r->Rdi:x16}  r8  {r->R8:x16}  r9  {r->R9:x16}");
        Log.Line($"  r10 {r->R10:x16}  r11 {r->R11:x16}  r12 {r->R12:x16}  r13 {r->R13:x16}");
        Log.Line($"  r14 {r->R14:x16}  r15 {r->R15:x16}");
    }
}
