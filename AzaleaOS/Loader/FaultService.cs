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
        if (isPageFault && Provide((PageFaultError)frame->Error, address))
        {
            return true;
        }

        if (IsKernel(frame->Rip))
        {
            // The kernel touched what the application may not: the system call answers -EFAULT.
            ulong fixup = isPageFault ? UserAccess.FindFixup(frame->Rip) : 0;
            frame->Rip = fixup != 0 ? fixup : frame->Rip;
            return fixup != 0;
        }

        if (isPageFault)
        {
            PageFaultError error = (PageFaultError)frame->Error;
            FaultSignals.Raise(frame, address, ReasonOf(address, AccessOf(error)));
        }
        else
        {
            FaultSignals.Raise(frame);
        }

        return true;
    }

    private static bool Provide(PageFaultError error, ulong address)
        => (error & PageFaultError.Present) == 0 && address < AddressSpace.Highest
            && AddressSpace.Current->ServeFault(address, AccessOf(error));

    private static FaultOutcome ReasonOf(ulong address, Protection access)
    {
        Area* area = address < AddressSpace.Highest ? AddressSpace.Current->AreaAtOrAbove(address) : null;
        return area == null || area->Start > address ? FaultOutcome.NotMapped
            : (area->Protection & access) != access ? FaultOutcome.NotAllowed
            : (area->Flags & AreaFlags.BeyondFile) != 0 ? FaultOutcome.BeyondFile
            : FaultOutcome.OutOfMemory;
    }

    private static bool IsKernel(ulong rip) => rip >= KernelImage.TextBegin && rip < KernelImage.TextEnd;

    private static Protection AccessOf(PageFaultError error)
        => (error & PageFaultError.Write) != 0 ? Protection.Write
            : (error & PageFaultError.Fetch) != 0 ? Protection.Execute
            : Protection.Read;
}
