using System.Diagnostics.CodeAnalysis;
using AzaleaOS.Abi;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Cpu;

/// <summary>The last words about an exception that nobody could repair.</summary>
internal static unsafe class FaultReport
{
    private const int Abort = 128 + 6;
    private const int Bus = 128 + 7;
    private const int FloatingPoint = 128 + 8;
    private const int Illegal = 128 + 4;
    private const int Segmentation = 128 + 11;
    private const int Trap = 128 + 5;

    /// <summary>Names the exception, prints registers and backtrace, and ends the machine with its signal's status.</summary>
    /// <param name="frame">The registers.</param>
    /// <param name="address">CR2 if it was a page fault.</param>
    [DoesNotReturn]
    internal static void End(TrapFrame* frame, ulong address)
    {
        LogMessage reason = new(0, 0);
        Describe(ref reason, frame, address);
        Panic.Begin(reason.Written);
        Registers registers = Copy(frame);
        Panic.End(&registers, StatusOf((int)frame->Vector));
    }

    private static void Describe(ref LogMessage text, TrapFrame* frame, ulong address)
    {
        int vector = (int)frame->Vector;
        PageFaultError error = vector == Vector.PageFault ? (PageFaultError)frame->Error : PageFaultError.None;
        bool isMapped = (error & PageFaultError.Present) != 0;
        bool isOverflow = vector == Vector.PageFault && !isMapped && address is >= MemoryMap.StackBase and < MemoryMap.StackEnd;

        text.AppendFormatted(isOverflow ? "stack overflow, page fault"u8 : NameOf(vector));
        text.AppendLiteral(frame->Rip < MemoryMap.ApplicationEnd ? " in the application" : " in the kernel");
        int core = CoreBlock.Current->Index;
        if (core != 0)
        {
            text.AppendLiteral(" on core ");
            text.AppendFormatted(core);
        }
        if (vector == Vector.PageFault)
        {
            text.AppendLiteral((error & PageFaultError.Fetch) != 0 ? ": execution of "
                : (error & PageFaultError.Write) != 0 ? ": write to " : ": read of ");
            text.AppendFormatted(address, "x16");
            text.AppendLiteral((error & PageFaultError.ReservedBit) != 0 ? ", whose page table entry is broken"
                : isMapped ? ", which does not allow it" : ", where nothing is mapped");
        }
        else if (frame->Error != 0)
        {
            text.AppendLiteral(": error code ");
            text.AppendFormatted(frame->Error, "x");
        }
    }

    private static ReadOnlySpan<byte> NameOf(int vector) => vector switch
    {
        0 => "divide error"u8,
        1 => "debug exception"u8,
        2 => "non-maskable interrupt"u8,
        3 => "breakpoint"u8,
        4 => "overflow"u8,
        5 => "bound range exceeded"u8,
        6 => "invalid opcode"u8,
        7 => "no floating-point unit"u8,
        8 => "double fault"u8,
        10 => "invalid task state"u8,
        11 => "segment not present"u8,
        12 => "stack-segment fault"u8,
        13 => "general protection fault"u8,
        14 => "page fault"u8,
        16 => "x87 floating-point error"u8,
        17 => "alignment check"u8,
        18 => "machine check"u8,
        19 => "SIMD floating-point exception"u8,
        20 => "virtualization exception"u8,
        21 => "control protection exception"u8,
        _ => "reserved exception"u8,
    };

    // The signal that Linux would send, arch/x86/kernel/traps.c, as a shell shows it.
    private static int StatusOf(int vector) => vector switch
    {
        Vector.DivideError or Vector.FloatingPoint or Vector.SimdFloatingPoint => FloatingPoint,
        Vector.Debug or Vector.Breakpoint => Trap,
        Vector.InvalidOpcode => Illegal,
        Vector.AlignmentCheck => Bus,
        Vector.Nmi or Vector.DoubleFault or Vector.MachineCheck => Abort,
        _ => Segmentation,
    };

    private static Registers Copy(TrapFrame* f) => new()
    {
        Rax = f->Rax,
        Rbx = f->Rbx,
        Rcx = f->Rcx,
        Rdx = f->Rdx,
        Rsi = f->Rsi,
        Rdi = f->Rdi,
        Rbp = f->Rbp,
        Rsp = f->Rsp,
        R8 = f->R8,
        R9 = f->R9,
        R10 = f->R10,
        R11 = f->R11,
        R12 = f->R12,
        R13 = f->R13,
        R14 = f->R14,
        R15 = f->R15,
        Rip = f->Rip,
        Rflags = f->Rflags,
    };
}
