namespace AzaleaOS.Abi;

/// <summary>What a range of physical memory is for. Where ranges overlap, the greater kind wins.</summary>
public enum MemoryKind : uint
{
    /// <summary>Not described by anyone: no RAM.</summary>
    None = 0,

    /// <summary>RAM that is free.</summary>
    Usable = 1,

    /// <summary>RAM that holds what the boot loader left us: information block, strings, lists.</summary>
    BootData = 2,

    /// <summary>RAM that holds a boot module.</summary>
    Module = 3,

    /// <summary>RAM that holds the kernel image.</summary>
    Kernel = 4,

    /// <summary>RAM that holds ACPI tables.</summary>
    AcpiReclaimable = 5,

    /// <summary>Memory the firmware needs kept.</summary>
    AcpiNonVolatile = 6,

    /// <summary>Not ours.</summary>
    Reserved = 7,

    /// <summary>RAM that is broken.</summary>
    Defective = 8,
}
