using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Loader;

/// <summary>Page faults that are no fault: pages of the application that it was promised and has not touched yet.</summary>
internal static unsafe class FaultService
{
    /// <summary>Provides the page, also when the kernel touched it for the application.</summary>
    /// <param name="frame">The registers.</param>
    /// <param name="address">What was touched.</param>
    /// <returns>Whether the access can be repeated.</returns>
    internal static bool Repair(TrapFrame* frame, ulong address)
    {
        if (frame->Vector != Vector.PageFault)
        {
            return false;
        }

        if (Provide((PageFaultError)frame->Error, address))
        {
            return true;
        }

        // The kernel touched what the application may not: the system call answers -EFAULT.
        ulong fixup = UserAccess.FindFixup(frame->Rip);
        frame->Rip = fixup != 0 ? fixup : frame->Rip;
        return fixup != 0;
    }

    private static bool Provide(PageFaultError error, ulong address)
    {
        if ((error & PageFaultError.Present) != 0 || address >= AddressSpace.Highest)
        {
            return false;
        }

        Protection access = (error & PageFaultError.Write) != 0 ? Protection.Write
            : (error & PageFaultError.Fetch) != 0 ? Protection.Execute
            : Protection.Read;
        return AddressSpace.Current->ServeFault(address, access);
    }
}
