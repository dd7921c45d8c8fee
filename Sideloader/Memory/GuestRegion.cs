namespace AzaleaOS.Sideloader.Memory;

/// <summary>A run of guest-physical memory that this process can reach.</summary>
/// <param name="Address">Guest-physical address of the first byte.</param>
/// <param name="Length">Bytes, at least 1; the end does not pass 2^64.</param>
/// <param name="FrontEndAddress">Where the hypervisor's process has it: the addresses of rings come in this form.</param>
/// <param name="Host">Where this process has it.</param>
public readonly unsafe record struct GuestRegion(ulong Address, ulong Length, ulong FrontEndAddress, nint Host)
{
    /// <summary>Where a range lies in this process, or null if some of it is outside.</summary>
    internal byte* Translate(ulong address, ulong length) => Within(Address, address, length) ? (byte*)Host + (address - Address) : null;

    /// <summary>The same for an address of the hypervisor's process.</summary>
    internal byte* TranslateFrontEnd(ulong address, ulong length) =>
        Within(FrontEndAddress, address, length) ? (byte*)Host + (address - FrontEndAddress) : null;

    // Differences only: no sum that could wrap.
    private bool Within(ulong start, ulong address, ulong length) =>
        address >= start && address - start <= Length && length <= Length - (address - start);
}
