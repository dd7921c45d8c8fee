namespace AzaleaOS.Abi;

/// <summary>How the kernel was entered. The entry code passes the number to <c>azalea_kernel_start</c>.</summary>
public enum BootProtocol : uint
{
    /// <summary>Not entered yet.</summary>
    None = 0,

    /// <summary>Multiboot2: GRUB, from BIOS, UEFI or PXE.</summary>
    Multiboot2 = 1,

    /// <summary>PVH: QEMU's -kernel and Firecracker.</summary>
    Pvh = 2,

    /// <summary>The Sideloader's <see cref="HandOffBlock"/>: cores and memory lent by a running Linux.</summary>
    HandOff = 3,
}
