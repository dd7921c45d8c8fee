using AzaleaOS.Diagnostics;

namespace AzaleaOS.Offload;

/// <summary>PCI configuration space by ports 0xCF8 and 0xCFC. Used at boot, by one core.</summary>
/// <remarks>Source: PCI Local Bus Specification 3.0, 3.2.2.3.2 and 6.1.</remarks>
internal static class Pci
{
    /// <summary>Devices of bus 0, which is all that is looked at.</summary>
    internal const int Devices = 32;

    /// <summary>Functions of a device.</summary>
    internal const int Functions = 8;

    /// <summary>Offset of vendor (low half) and device number (high half); all ones where nothing is.</summary>
    internal const int Identity = 0;

    /// <summary>Offset of the command register (low half) and the status.</summary>
    internal const int Command = 4;

    /// <summary>Offset of the first of six base address registers.</summary>
    internal const int FirstBar = 0x10;

    /// <summary>Offset of the offset of the first capability.</summary>
    internal const int Capabilities = 0x34;

    /// <summary>Command: the device answers at its memory, and may use the machine's.</summary>
    internal const uint MemoryAndMaster = 6;

    /// <summary>Status, in the register of <see cref="Command"/>: there are capabilities.</summary>
    internal const uint HasCapabilities = 1 << 20;

    private const ushort AddressPort = 0xCF8;
    private const ushort DataPort = 0xCFC;
    private const uint Enable = 1u << 31;

    /// <summary>Reads four bytes.</summary>
    /// <param name="function">8 times the device's number, and the function's.</param>
    /// <param name="offset">0 to 252, a multiple of 4.</param>
    internal static uint Read(int function, int offset)
    {
        Port.Out32(AddressPort, Enable | ((uint)function << 8) | (uint)offset);
        return Port.In32(DataPort);
    }

    /// <summary>Writes four bytes.</summary>
    internal static void Write(int function, int offset, uint value)
    {
        Port.Out32(AddressPort, Enable | ((uint)function << 8) | (uint)offset);
        Port.Out32(DataPort, value);
    }

    /// <summary>The physical address that a memory BAR stands for; 0 if it is none, or has no address.</summary>
    internal static ulong ReadBar(int function, int index)
    {
        const uint IsPort = 1, Is64 = 4, Attributes = 15;
        if (index is < 0 or > 5)
        {
            return 0;
        }

        uint low = Read(function, FirstBar + (index * 4));
        if ((low & IsPort) != 0)
        {
            return 0;
        }

        ulong high = (low & Is64) != 0 && index < 5 ? Read(function, FirstBar + (index * 4) + 4) : 0;
        return (high << 32) | (low & ~Attributes);
    }
}
