namespace AzaleaOS.Cpu;

/// <summary>What is printed for an <see cref="AcpiError"/>, followed by <c>AcpiInfo.CulpritName</c> and <c>AcpiInfo.CulpritAddress</c>.</summary>
internal static class AcpiErrors
{
    /// <summary>One line without a full stop.</summary>
    internal static ReadOnlySpan<byte> Describe(AcpiError error) => error switch
    {
        AcpiError.None => "no error"u8,
        AcpiError.NotFound => "ACPI: no root pointer found"u8,
        AcpiError.OutOfReach => "ACPI: table outside readable memory"u8,
        AcpiError.BadSignature => "ACPI: table with a wrong signature"u8,
        AcpiError.BadLength => "ACPI: table with an impossible length"u8,
        AcpiError.BadChecksum => "ACPI: table with a wrong checksum"u8,
        AcpiError.BadEntry => "ACPI: table with a broken entry"u8,
        AcpiError.TooManyCores => "ACPI: more cores than the kernel can manage"u8,
        _ => "ACPI: unknown error"u8,
    };
}
