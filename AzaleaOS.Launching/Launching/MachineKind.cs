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
