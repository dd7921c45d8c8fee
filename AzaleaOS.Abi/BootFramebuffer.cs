namespace AzaleaOS.Abi;

/// <summary>The screen the boot loader left on, if any.</summary>
/// <remarks>Source: Multiboot2 specification 2.0, 3.6.12 (framebuffer info).</remarks>
public struct BootFramebuffer
{
    /// <summary>Physical address of its memory; 0 if there is no screen.</summary>
    public PhysicalAddress Address;

    /// <summary>Bytes from one line to the next.</summary>
    public uint Pitch;

    /// <summary>Pixels per line; characters per line of a text screen.</summary>
    public uint Width;

    /// <summary>Lines.</summary>
    public uint Height;

    /// <summary>Bits per pixel; 16 for a text screen.</summary>
    public byte BitsPerPixel;

    /// <summary>Whether it shows characters with attributes (EGA text) and not pixels.</summary>
    public bool IsText;
}
