using AzaleaOS.Abi;
using AzaleaOS.Cpu;

namespace AzaleaOS.Boot;

/// <summary>What a BIOS leaves about itself at 400h.</summary>
/// <remarks>Source: IBM PC AT technical reference, BIOS data area. All zero after UEFI, and where no BIOS ran.</remarks>
internal static class BiosData
{
    private const ulong VideoMode = 0x449;
    private const ulong CursorPort = 0x463;
    private const byte Text80By25 = 3;
    private const ushort ColourPort = 0x3d4;

    /// <summary>Whether the machine shows 80 by 25 characters.</summary>
    internal static bool HasTextScreen(PhysicalWindow window)
        => window.TryRead(new PhysicalAddress(VideoMode), out byte mode) && mode == Text80By25
        && window.TryRead(new PhysicalAddress(CursorPort), out ushort port) && port == ColourPort;
}
