namespace AzaleaOS.Cpu;

/// <summary>Why ACPI's tables cannot be used.</summary>
internal enum AcpiError
{
    /// <summary>All is well.</summary>
    None = 0,

    /// <summary>There is no root pointer: no ACPI, one core.</summary>
    NotFound,

    /// <summary>A table lies outside memory that can be read.</summary>
    OutOfReach,

    /// <summary>A table has another signature than expected.</summary>
    BadSignature,

    /// <summary>A table's length is impossible.</summary>
    BadLength,

    /// <summary>A table's bytes do not add up to 0.</summary>
    BadChecksum,

    /// <summary>An entry of a table is too short or runs past the table's end.</summary>
    BadEntry,

    /// <summary>More cores than the kernel has room for.</summary>
    TooManyCores,
}
