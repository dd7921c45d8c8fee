namespace AzaleaOS.Build.Launching;

/// <summary>The firmware that starts an ISO.</summary>
public enum Firmware
{
    /// <summary>SeaBIOS, or the BIOS of Bochs.</summary>
    Bios,

    /// <summary>OVMF.</summary>
    Uefi,
}
