using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;
using AzaleaOS.Signals;

namespace AzaleaOS.Loader;

/// <summary>Exceptions: pages that the application was promised and has not touched yet, and signals for what it may not do.</summary>
internal static unsafe class FaultService
{
    /// <summary>Provides the page, also when the kernel touched it for the application; makes any other exception of the application a signal.</summary>
    /// <param name="frame">The registers.</param>
    /// <param name="address">What was touched.</param>
    /// <returns>Whether the code goes on, or a signal is on its way; else it is a defect of the kernel.</returns>
    internal static bool Repair(TrapFrame* frame, ulong address)
    {
        bool isPageFault = frame->Vector == Vector.PageFault;
        FaultOutcome outcome = isPageFault ? Provide((PageFaultError)frame->Error, address) : FaultOutcome.NotMapped;
        if (outcome == FaultOutcome.Owed && !IsKernel(frame->Rip))
        {
            outcome = Bring((PageFaultError)frame->Error, address);
        }

        if (outcome == FaultOutcome.Served)
        {
            CoreBlock.Current->PageFaults++;
            CoreBlock.Current->Running->PageFaults++;
            return true;
        }

        if (IsKernel(frame->Rip))
        {
            if (frame->Vector == Vector.Debug)
            {
                return SingleStep.TryPass(frame);
            }

            // The kernel touched what the application may not: the system call answers -EFAULT.
            ulong fixup = isPageFault ? UserAccess.FindFixup(frame->Rip) : 0;
            frame->Rip = fixup != 0 ? fixup : frame->Rip;
            return fixup != 0;
        }

        if (isPageFault)
        {
            FaultSignals.Raise(frame, address, outcome);
        }
        else
        {
            FaultSignals.Raise(frame);
        }

        return true;
    }

    // The thread waits here, on its kernel stack and with interrupts on. The kernel's own code has it done by UserMemory, which knows whether it may wait.
    private static FaultOutcome Bring(PageFaultError error, ulong address)
    {
        FaultOutcome outcome;
        do
        {
            long result = FilePages.Bring(address, 1);
            if (result < 0)
            {
                return result == -Errno.ENOMEM ? FaultOutcome.OutOfMemory : FaultOutcome.BeyondFile;
            }

            outcome = Provide(error, address);
        }
        while (outcome == FaultOutcome.Owed);
        return outcome;
    }

    private static FaultOutcome Provide(PageFaultError error, ulong address)
    {
        if (address >= AddressSpace.Highest)
        {
            return FaultOutcome.NotMapped;
        }

        AddressSpace* space = AddressSpace.Current;
        space->Lock.Enter();
        FaultOutcome outcome = space->ServeFault(address, AccessOf(error), (error & PageFaultError.Present) != 0);
        space->Lock.Exit();
        return outcome;
    }

    private static bool IsKernel(ulong rip) => rip >= KernelImage.TextBegin && rip < KernelImage.TextEnd;

    private static Protection AccessOf(PageFaultError error)
        => (error & PageFaultError.Write) != 0 ? Protection.Write
            : (error & PageFaultError.Fetch) != 0 ? Protection.Execute
            : Protection.Read;
}
