using AzaleaOS.Abi;

namespace AzaleaOS.Boot;

/// <summary>The memory types of BIOS call E820, which multiboot2 and PVH use too.</summary>
/// <remarks>Source: ACPI 6.5, 15 (system address map interfaces), table 15.5.</remarks>
internal static class FirmwareMemory
{
    /// <summary>What a type means. What is not known is not touched.</summary>
    internal static MemoryKind KindOf(uint type) => type switch
    {
        1 => MemoryKind.Usable,
        3 => MemoryKind.AcpiReclaimable,
        4 => MemoryKind.AcpiNonVolatile,
        5 => MemoryKind.Defective,
        _ => MemoryKind.Reserved,
    };
}
