using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Signals;

/// <summary>Turns processor exceptions of the application into signals.</summary>
internal static unsafe class FaultSignals
{
    // DR6 with nothing to tell (SDM vol. 3B, 18.2.3).
    private const ulong NoReasons = 0xffff_0ff0;

    /// <summary>Raises the signal of an exception; it is delivered on the way out of the kernel.</summary>
    /// <param name="frame">The registers.</param>
    internal static void Raise(TrapFrame* frame)
    {
        int vector = (int)frame->Vector;
        SignalInformation information = Fault.Of(vector, frame->Rip, StatusOf(vector));
        if (vector is Vector.FloatingPoint or Vector.SimdFloatingPoint && information.Code == 0)
        {
            // No exception is left that is not masked: the instruction is tried again, as in Linux.
            return;
        }

        // Linux says error code 0 for vectors that have none, and for those that its traps make.
        Raise(&information, new FaultRecord { Trap = (ulong)vector, Error = frame->Error, Address = ThreadSignals.Current->Fault.Address });
    }

    /// <summary>Raises the signal of a page fault.</summary>
    /// <param name="frame">The registers.</param>
    /// <param name="address">What was touched.</param>
    /// <param name="reason">Why it cannot be.</param>
    internal static void Raise(TrapFrame* frame, ulong address, FaultOutcome reason)
    {
        SignalInformation information = Fault.OfPageFault(address, reason);
        if (reason == FaultOutcome.OutOfMemory)
        {
            Log.Error($"memory is exhausted: there is none for the page at 0x{address:x}");
        }

        ulong error = Fault.ErrorOfPageFault(frame->Error, address, AddressSpace.Highest);
        Raise(&information, new FaultRecord { Trap = Vector.PageFault, Error = error, Address = address });
    }

    private static void Raise(SignalInformation* information, in FaultRecord record)
    {
        ThreadSignals.Current->Fault = record;
        SignalSender.Force(information);
    }

    private static ulong StatusOf(int vector)
    {
        if (vector == Vector.Debug)
        {
            ulong reasons = Instructions.ReadDr6();
            Instructions.WriteDr6(NoReasons);
            return reasons;
        }

        if (vector is not (Vector.FloatingPoint or Vector.SimdFloatingPoint))
        {
            return 0;
        }

        byte* space = stackalloc byte[VectorState.LegacySize + 16];
        byte* area = (byte*)(((ulong)space + 15) & ~15UL);
        Instructions.FxSave(area);
        return vector == Vector.SimdFloatingPoint
            ? *(uint*)(area + VectorLayout.Mxcsr)
            : *(ushort*)(area + VectorLayout.ControlWord) | ((uint)*(ushort*)(area + VectorLayout.StatusWord) << 16);
    }
}
