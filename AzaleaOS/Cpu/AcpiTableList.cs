using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>RSDT or XSDT: the addresses of all tables. The first of each kind that the kernel reads is kept.</summary>
/// <remarks>Source: ACPI 6.5, 5.2.7 and 5.2.8.</remarks>
internal struct AcpiTableList
{
    /// <summary>MADT: interrupt controllers.</summary>
    internal static uint MadtSignature => AcpiTable.Signature("APIC"u8);

    /// <summary>SRAT: nodes of cores and memory.</summary>
    internal static uint SratSignature => AcpiTable.Signature("SRAT"u8);

    /// <summary>SLIT: distances between nodes.</summary>
    internal static uint SlitSignature => AcpiTable.Signature("SLIT"u8);

    /// <summary>FADT: power registers.</summary>
    internal static uint FadtSignature => AcpiTable.Signature("FACP"u8);

    /// <summary>Address of the MADT; 0 if there is none. So for the others.</summary>
    internal PhysicalAddress Madt;

    /// <summary>Address of the SRAT.</summary>
    internal PhysicalAddress Srat;

    /// <summary>Address of the SLIT.</summary>
    internal PhysicalAddress Slit;

    /// <summary>Address of the FADT.</summary>
    internal PhysicalAddress Fadt;

    /// <summary>Reads the list.</summary>
    internal static AcpiError Read(PhysicalWindow window, PhysicalAddress address, bool isLong, ref AcpiInfo info, out AcpiTableList list)
    {
        list = default;
        uint signature = AcpiTable.Signature(isLong ? "XSDT"u8 : "RSDT"u8);
        AcpiError error = AcpiTable.Open(window, address, signature, ref info, out AcpiTable table);
        if (error is not AcpiError.None)
        {
            return error;
        }

        uint size = isLong ? 8u : 4u;
        for (uint offset = AcpiTable.HeaderSize; table.Length - offset >= size; offset += size)
        {
            PhysicalAddress entry = new(isLong ? table.Read<ulong>(offset) : table.Read<uint>(offset));

            // A table that cannot be read is an error only if it is one we need; then it is missed.
            if (window.TryRead(entry, out uint name))
            {
                list.Keep(name, entry);
            }
        }

        return AcpiError.None;
    }

    private void Keep(uint name, PhysicalAddress entry)
    {
        if (name == MadtSignature)
        {
            KeepFirst(ref Madt, entry);
        }
        else if (name == SratSignature)
        {
            KeepFirst(ref Srat, entry);
        }
        else if (name == SlitSignature)
        {
            KeepFirst(ref Slit, entry);
        }
        else if (name == FadtSignature)
        {
            KeepFirst(ref Fadt, entry);
        }
    }

    private static void KeepFirst(ref PhysicalAddress kept, PhysicalAddress entry)
    {
        if (kept.Value == 0)
        {
            kept = entry;
        }
    }
}
