using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Signals;

/// <summary>Which signal Linux makes of a processor exception.</summary>
/// <remarks>Source: Linux, arch/x86/kernel/traps.c and arch/x86/mm/fault.c.</remarks>
internal static class Fault
{
    private const int SegmentNotPresent = 11;
    private const int StackSegment = 12;

    // Debug registers' DR6: a step, and the four breakpoints.
    private const ulong SingleStep = 1 << 14;
    private const ulong Breakpoints = 0xf;

    // Exceptions in the status words: invalid, denormal, division by zero, overflow, underflow, precision.
    private const uint Invalid = 1 << 0;
    private const uint Denormal = 1 << 1;
    private const uint ZeroDivide = 1 << 2;
    private const uint FloatOverflow = 1 << 3;
    private const uint Underflow = 1 << 4;
    private const uint Precision = 1 << 5;
    private const int MxcsrMaskShift = 7;

    /// <summary>What a page fault is that nobody could serve.</summary>
    /// <param name="address">What was touched.</param>
    /// <param name="reason">Why.</param>
    internal static SignalInformation OfPageFault(ulong address, FaultOutcome reason) => reason switch
    {
        FaultOutcome.BeyondFile => Of(SignalNumber.Bus, SignalCode.NoSuchAddress, address),
        FaultOutcome.OutOfMemory => Of(SignalNumber.Kill, SignalCode.Kernel, 0),
        FaultOutcome.NotAllowed => Of(SignalNumber.Segmentation, SignalCode.NotAllowed, address),
        _ => Of(SignalNumber.Segmentation, SignalCode.NotMapped, address),
    };

    /// <summary>The error code that ring 3 would have got.</summary>
    /// <param name="error">The processor's.</param>
    /// <param name="address">What was touched.</param>
    /// <param name="highest">The end of the application's half: beyond it Linux does not tell what is mapped.</param>
    internal static ulong ErrorOfPageFault(ulong error, ulong address, ulong highest)
        => error | (ulong)PageFaultError.User | (address >= highest ? (ulong)PageFaultError.Present : 0);

    /// <summary>What another exception is.</summary>
    /// <param name="vector">The processor's vector.</param>
    /// <param name="rip">The instruction, or for traps the one behind it.</param>
    /// <param name="status">DR6 for a debug exception; control and status word of x87 (low and high half) for its error; MXCSR for SIMD's.</param>
    internal static SignalInformation Of(int vector, ulong rip, ulong status) => vector switch
    {
        Vector.DivideError => Of(SignalNumber.FloatingPoint, SignalCode.IntegerDivide, rip),
        Vector.Debug => Of(SignalNumber.Trap, CodeOfDebug(status), rip),
        Vector.Breakpoint => Of(SignalNumber.Trap, SignalCode.Kernel, 0),
        Vector.InvalidOpcode => Of(SignalNumber.IllegalInstruction, SignalCode.IllegalOperand, rip),
        Vector.FloatingPoint => Of(SignalNumber.FloatingPoint, CodeOfFloat((uint)(status >> 16) & ~(uint)status), rip),
        Vector.SimdFloatingPoint => Of(SignalNumber.FloatingPoint, CodeOfFloat((uint)status & ~((uint)status >> MxcsrMaskShift)), rip),
        Vector.AlignmentCheck => Of(SignalNumber.Bus, SignalCode.Alignment, 0),
        SegmentNotPresent or StackSegment => Of(SignalNumber.Bus, SignalCode.Kernel, 0),
        _ => Of(SignalNumber.Segmentation, SignalCode.Kernel, 0),
    };

    private static SignalInformation Of(int signal, int code, ulong address) => new() { Number = signal, Code = code, Address = address };

    private static int CodeOfDebug(ulong status)
        => (status & SingleStep) != 0 ? SignalCode.SingleStep
            : (status & Breakpoints) != 0 ? SignalCode.HardwareBreakpoint
            : SignalCode.Breakpoint;

    private static int CodeOfFloat(uint exceptions)
        => (exceptions & Invalid) != 0 ? SignalCode.FloatInvalid
            : (exceptions & ZeroDivide) != 0 ? SignalCode.FloatDivide
            : (exceptions & FloatOverflow) != 0 ? SignalCode.FloatOverflow
            : (exceptions & (Underflow | Denormal)) != 0 ? SignalCode.FloatUnderflow
            : (exceptions & Precision) != 0 ? SignalCode.FloatInexact
            : 0;
}
