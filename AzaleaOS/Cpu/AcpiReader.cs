using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>Reads the ACPI tables the kernel needs.</summary>
/// <remarks>
/// On the boot core, after the boot information was read and before the kernel's own page tables are
/// loaded: the tables may lie in memory that the direct map does not show. All that is needed later
/// is copied into <see cref="AcpiInfo"/>. Whatever the tables say, nothing outside the window and
/// outside each table's own length is read.
/// </remarks>
internal static class AcpiReader
{
    /// <summary>Reads RSDP, RSDT or XSDT, MADT, SRAT, SLIT and FADT.</summary>
    /// <param name="window">Where physical memory can be read: <see cref="PhysicalWindow.BootIdentity"/>.</param>
    /// <param name="rootPointer">What the boot loader says; 0 to search where a BIOS keeps it.</param>
    /// <param name="info">All zero before.</param>
    /// <returns>
    /// NotFound if there is no ACPI: the kernel can go on with one core. Any other error is a reason
    /// to stop: message, <see cref="AcpiInfo.CulpritName"/>, <see cref="AcpiInfo.CulpritAddress"/>.
    /// </returns>
    internal static AcpiError Read(PhysicalWindow window, PhysicalAddress rootPointer, ref AcpiInfo info)
    {
        if (rootPointer.Value == 0 && !AcpiRootPointer.TryFind(window, out rootPointer))
        {
            return AcpiError.NotFound;
        }

        AcpiError error = AcpiRootPointer.Read(window, rootPointer, ref info, out PhysicalAddress address, out bool isLong);
        AcpiTableList list = default;
        if (error is AcpiError.None)
        {
            error = AcpiTableList.Read(window, address, isLong, ref info, out list);
        }

        if (error is AcpiError.None && list.Madt.Value != 0)
        {
            error = AcpiMadt.Read(window, list.Madt, ref info);
        }

        if (error is AcpiError.None && list.Srat.Value != 0)
        {
            error = AcpiSrat.Read(window, list.Srat, ref info);
        }

        if (error is AcpiError.None && list.Slit.Value != 0)
        {
            error = AcpiSlit.Read(window, list.Slit, ref info);
        }

        return error is AcpiError.None && list.Fadt.Value != 0 ? AcpiFadt.Read(window, list.Fadt, ref info) : error;
    }
}
