using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Signals;

/// <summary>The last words about a process that a signal ended.</summary>
internal static unsafe class DeathReport
{
    private const int MaximumCallers = 32;
    private const int MaximumAreas = 64;

    /// <summary>Set in a status that is no exit status but says which signal ended the process.</summary>
    internal const int Killed = 0x100;

    /// <summary>The exit status as a shell shows it, marked.</summary>
    internal static int StatusOf(int signal) => Killed | (128 + signal);

    /// <summary>Names the signal and its cause, and prints the registers, the callers and the memory map.</summary>
    /// <param name="self">The thread to which it was delivered.</param>
    /// <param name="frame">The application's registers.</param>
    /// <param name="information">The signal.</param>
    internal static void Print(ThreadSignals* self, TrapFrame* frame, SignalInformation* information)
    {
        LogMessage cause = new(0, 0);
        AppendCause(ref cause, information);
        Log.Line($"terminated by signal {information->Number} ({SignalNames.Find(information->Number)}){cause.Written}, thread {self->Thread->Id}");
        PrintRegisters(frame);
        PrintCallers(frame);
        PrintMap();
    }

    private static void AppendCause(scoped ref LogMessage text, SignalInformation* information)
    {
        if (information->Code is SignalCode.User or SignalCode.Queue or SignalCode.ThreadKill)
        {
            text.AppendLiteral(": sent by the program");
        }
        else if (information->Code == SignalCode.Timer)
        {
            text.AppendLiteral(": sent by a timer");
        }
        else if (information->Code < SignalCode.Kernel && (SignalSet.Of(information->Number) & SignalSet.Synchronous) != 0)
        {
            text.AppendLiteral(information->Number == SignalNumber.Segmentation
                ? (information->Code == SignalCode.NotAllowed ? ": access not allowed" : ": nothing mapped")
                : information->Number == SignalNumber.Bus ? ": beyond the end of the file" : ": at the instruction");
            text.AppendLiteral(" at ");
            text.AppendFormatted(information->Address, "x16");
        }
    }

    private static void PrintRegisters(TrapFrame* r)
    {
        Log.Line($"  rip {r->Rip:x16}  rsp {r->Rsp:x16}  rbp {r->Rbp:x16}  flags {r->Rflags:x8}");
        Log.Line($"  rax {r->Rax:x16}  rbx {r->Rbx:x16}  rcx {r->Rcx:x16}  rdx {r->Rdx:x16}");
        Log.Line($"  rsi {r->Rsi:x16}  rdi {r->Rdi:x16}  r8  {r->R8:x16}  r9  {r->R9:x16}");
        Log.Line($"  r10 {r->R10:x16}  r11 {r->R11:x16}  r12 {r->R12:x16}  r13 {r->R13:x16}");
        Log.Line($"  r14 {r->R14:x16}  r15 {r->R15:x16}");
    }

    // Only code that keeps rbp as a frame pointer tells its callers.
    private static void PrintCallers(TrapFrame* frame)
    {
        Log.Line($"  at 0x{frame->Rip:x} (application)");
        ulong at = frame->Rbp;
        for (int i = 0; i < MaximumCallers; i++)
        {
            if (at % sizeof(ulong) != 0
                || !UserMemory.TryRead(at, out ulong next)
                || !UserMemory.TryRead(at + sizeof(ulong), out ulong caller)
                || !IsCode(caller))
            {
                return;
            }

            Log.Line($"  at 0x{caller:x} (application)");
            if (next <= at)
            {
                return;
            }

            at = next;
        }
    }

    private static bool IsCode(ulong address) => AddressSpace.Current->Allows(address, 1, Protection.Execute);

    private static void PrintMap()
    {
        Log.Line($"  memory:");
        // Other threads may map and unmap meanwhile: each area is copied under the lock.
        ulong address = 0;
        for (int i = 0; AddressSpace.Current->TryGetAreaAtOrAbove(address, out Area area); i++)
        {
            if (i == MaximumAreas)
            {
                Log.Line($"  ...");
                return;
            }

            Log.Line($"  {area.Start:x12}-{area.End:x12} {Letters(area.Protection)}");
            address = area.End;
        }
    }

    private static ReadOnlySpan<byte> Letters(Protection protection) => (int)(protection & (Protection.Read | Protection.Write | Protection.Execute)) switch
    {
        0 => "---"u8,
        1 => "r--"u8,
        2 => "-w-"u8,
        3 => "rw-"u8,
        4 => "--x"u8,
        5 => "r-x"u8,
        6 => "-wx"u8,
        _ => "rwx"u8,
    };
}
