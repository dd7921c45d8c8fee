namespace AzaleaOS.Abi;

/// <summary>What lies where in the one address space that kernel and application share.</summary>
public static class MemoryMap
{
    /// <summary>First address the application may map. Page 0 is never mapped.</summary>
    public const ulong ApplicationBase = 0x1000;

    /// <summary>First address after the application's half.</summary>
    public const ulong ApplicationEnd = 0x0000_8000_0000_0000;

    /// <summary>RAM at physical address p is shown at DirectMapBase + p. Never executable.</summary>
    public const ulong DirectMapBase = 0xffff_8000_0000_0000;

    /// <summary>Physical addresses from here on are not shown, and memory there is not used: 64 TiB.</summary>
    public const ulong DirectMapSize = 0x0000_4000_0000_0000;

    /// <summary>Device registers, uncached: handed out from here upwards.</summary>
    public const ulong DeviceBase = 0xffff_c000_0000_0000;

    /// <summary>First address after the device registers.</summary>
    public const ulong DeviceEnd = 0xffff_d000_0000_0000;

    /// <summary>Kernel and IST stacks, each with a guard page below.</summary>
    public const ulong StackBase = 0xffff_d000_0000_0000;

    /// <summary>First address after the stacks.</summary>
    public const ulong StackEnd = 0xffff_e000_0000_0000;

    /// <summary>The kernel image is linked at KernelBase + its physical address: the top 2 GiB.</summary>
    public const ulong KernelBase = 0xffff_ffff_8000_0000;

    /// <summary>Physical address the kernel image is loaded at: 1 MiB.</summary>
    public const ulong KernelPhysical = 0x0010_0000;

    /// <summary>How far the page tables of the entry code map physical memory at its own address: 4 GiB.</summary>
    public const ulong BootIdentitySize = 0x1_0000_0000;

    /// <summary>Memory below this belongs to the firmware's old habits: only the trampoline page is taken from it.</summary>
    public const ulong LowMemoryEnd = 0x0010_0000;
}
