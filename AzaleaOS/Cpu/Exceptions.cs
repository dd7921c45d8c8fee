using System.Runtime;

namespace AzaleaOS.Cpu;

/// <summary>Vectors 0 to 31: first whoever can repair it, else a report and the end.</summary>
internal static unsafe class Exceptions
{
    private const ulong InterruptFlag = 1 << 9;

    /// <summary>
    /// Repairs an exception, or turns it into a signal: takes the frame and, for a page fault, the
    /// address (else 0), and returns whether the code may go on with the registers in the frame.
    /// Set once at boot. Not asked for NMI, double fault and machine check.
    /// </summary>
    internal static delegate*<TrapFrame*, ulong, bool> Repair;

    /// <summary>On the running thread's kernel stack, with interrupts off; they are turned on if they were.</summary>
    [RuntimeExport("azalea_exception")]
    private static void Dispatch(TrapFrame* frame)
    {
        // A page fault in what follows would overwrite CR2, and so would one of another thread.
        ulong address = frame->Vector == Vector.PageFault ? Instructions.ReadCr2() : 0;
        if ((frame->Rflags & InterruptFlag) != 0) Instructions.EnableInterrupts();
        if (Repair == null || !Repair(frame, address)) FaultReport.End(frame, address);
    }

    /// <summary>On an interrupt stack: what must not or cannot leave it.</summary>
    [RuntimeExport("azalea_exception_in_place")]
    private static void DispatchInPlace(TrapFrame* frame)
    {
        int vector = (int)frame->Vector;
        ulong address = vector == Vector.PageFault ? Instructions.ReadCr2() : 0;
        if (vector == Vector.Nmi && StopSignal.IsGiven) StopSignal.Obey();

        bool mayRepair = vector is not (Vector.Nmi or Vector.DoubleFault or Vector.MachineCheck);
        if (mayRepair && Repair != null && Repair(frame, address)) return;

        FaultReport.End(frame, address);
    }
}
