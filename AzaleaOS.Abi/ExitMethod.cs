namespace AzaleaOS.Abi;

/// <summary>Which way of powering off is tried first.</summary>
public enum ExitMethod
{
    /// <summary>All that the machine seems to have, in order.</summary>
    Auto = 0,

    /// <summary>QEMU's isa-debug-exit device.</summary>
    Debug = 1,

    /// <summary>The port that ends Bochs.</summary>
    Bochs = 2,

    /// <summary>ACPI state S5.</summary>
    Acpi = 3,
}
