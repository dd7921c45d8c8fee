namespace AzaleaOS.Build.Launching;

/// <summary>How the kernel gets into memory.</summary>
public enum BootMethod
{
    /// <summary>QEMU's <c>-kernel</c> through the PVH note: no boot loader.</summary>
    Direct,

    /// <summary>A CD image with GRUB; made for the run if the description names none.</summary>
    Iso,
}
