using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>SLIT: how far NUMA nodes are from each other.</summary>
/// <remarks>Source: ACPI 6.5, 5.2.17. Read after SRAT, whose numbers of nodes it uses.</remarks>
internal static class AcpiSlit
{
    private const uint MatrixOffset = 44;
    private const byte Local = 10;

    /// <summary>Reads the table.</summary>
    internal static AcpiError Read(PhysicalWindow window, PhysicalAddress address, ref AcpiInfo info)
    {
        AcpiError error = AcpiTable.Open(window, address, AcpiTableList.SlitSignature, ref info, out AcpiTable table);
        if (error is not AcpiError.None)
        {
            return error;
        }

        if (table.Length < MatrixOffset)
        {
            return AcpiError.BadLength;
        }

        ulong count = table.Read<ulong>(36);
        ulong room = table.Length - MatrixOffset;
        if (count > room || count * count > room)
        {
            return AcpiError.BadLength;
        }

        for (int from = 0; from < info.NodeCount; from++)
        {
            for (int to = 0; to < info.NodeCount; to++)
            {
                uint row = info.Domains[from];
                uint column = info.Domains[to];
                bool isGiven = row < count && column < count;
                byte distance = isGiven ? table.Read<byte>(MatrixOffset + (row * (uint)count) + column) : byte.MaxValue;

                // Less than local would be nonsense.
                info.Distances[(from * info.NodeCount) + to] = from == to ? Local : Math.Max(distance, Local);
            }
        }

        info.HasDistances = info.NodeCount > 0;
        return AcpiError.None;
    }
}
