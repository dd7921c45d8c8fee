namespace AzaleaOS.Build.Launching;

/// <summary>The machines an image can be started on.</summary>
public enum MachineKind
{
    /// <summary>QEMU's q35: PCI Express, x2APIC, up to 288 cores and more. The default.</summary>
    Q35,

    /// <summary>QEMU's pc (i440FX): up to 255 cores.</summary>
    Pc,

    /// <summary>QEMU's microvm: no PCI, no firmware menu; direct boot only.</summary>
    MicroVm,

    /// <summary>Bochs; boots from an ISO by BIOS.</summary>
    Bochs,
}

/// <summary>The firmware that starts an ISO.</summary>
public enum Firmware
{
    /// <summary>SeaBIOS, or the BIOS of Bochs.</summary>
    Bios,

    /// <summary>OVMF.</summary>
    Uefi,
}

/// <summary>How the kernel gets into memory.</summary>
public enum BootMethod
{
    /// <summary>QEMU's <c>-kernel</c> through the PVH note: no boot loader.</summary>
    Direct,

    /// <summary>A CD image with GRUB; made for the run if the description names none.</summary>
    Iso,
}

/// <summary>What executes the guest's instructions.</summary>
public enum Accelerator
{
    /// <summary>QEMU's translator: works everywhere, and counts instructions.</summary>
    Tcg,

    /// <summary>The processor's own virtualisation; an error if a test boot of it fails.</summary>
    Kvm,

    /// <summary>KVM if a test boot of it succeeds, else TCG.</summary>
    Auto,
}

/// <summary>Whether the machine has a screen.</summary>
public enum MachineDisplay
{
    /// <summary>No screen: the serial line is the console.</summary>
    None,

    /// <summary>A window on the desktop, and the serial line as before.</summary>
    Window,
}
