using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>SRAT: which cores and which memory belong to which NUMA node.</summary>
/// <remarks>Source: ACPI 6.5, 5.2.16, structures of types 0 (local APIC), 1 (memory) and 2 (local x2APIC). Read after MADT.</remarks>
internal static class AcpiSrat
{
    private const uint EntriesOffset = 48;
    private const byte LocalApicEntry = 0;
    private const byte MemoryEntry = 1;
    private const byte LocalX2ApicEntry = 2;
    private const uint Enabled = 1;

    /// <summary>Reads the table.</summary>
    internal static AcpiError Read(PhysicalWindow window, PhysicalAddress address, ref AcpiInfo info)
    {
        AcpiError error = AcpiTable.Open(window, address, AcpiTableList.SratSignature, ref info, out AcpiTable table);
        if (error is not AcpiError.None)
        {
            return error;
        }

        if (table.Length < EntriesOffset)
        {
            return AcpiError.BadLength;
        }

        uint offset = EntriesOffset;
        while (error is AcpiError.None && offset < table.Length)
        {
            error = table.ReadEntry(offset, out byte type, out byte length);
            if (error is AcpiError.None)
            {
                error = ReadEntry(in table, offset, type, length, ref info);
            }

            offset += length;
        }

        return error;
    }

    private static AcpiError ReadEntry(in AcpiTable table, uint offset, byte type, byte length, ref AcpiInfo info)
    {
        switch (type)
        {
            case LocalApicEntry when length >= 16:
                if ((table.Read<uint>(offset + 4) & Enabled) != 0)
                {
                    // The low byte, then three high bytes after the SAPIC's.
                    uint high = table.Read<uint>(offset + 8) & ~0xffu;
                    Assign(table.Read<byte>(offset + 3), Domain(in table, high | table.Read<byte>(offset + 2)), ref info);
                }

                return AcpiError.None;
            case LocalX2ApicEntry when length >= 24:
                if ((table.Read<uint>(offset + 12) & Enabled) != 0)
                {
                    Assign(table.Read<uint>(offset + 8), table.Read<uint>(offset + 4), ref info);
                }

                return AcpiError.None;
            case MemoryEntry when length >= 40:
                if ((table.Read<uint>(offset + 28) & Enabled) != 0)
                {
                    AddMemory(in table, offset, ref info);
                }

                return AcpiError.None;
            case LocalApicEntry or LocalX2ApicEntry or MemoryEntry:
                return AcpiError.BadEntry;
            default:
                return AcpiError.None;
        }
    }

    // Revision 1 has eight bits and leaves the rest to chance.
    private static uint Domain(in AcpiTable table, uint domain) => table.Revision < 2 ? domain & 0xff : domain;

    private static void Assign(uint id, uint domain, ref AcpiInfo info)
    {
        uint node = info.NodeOf(domain);
        for (int i = 0; i < info.CoreCount; i++)
        {
            if (info.Cores[i].ApicId.Value == id)
            {
                info.Cores[i].Node = node;
                return;
            }
        }
    }

    private static void AddMemory(in AcpiTable table, uint offset, ref AcpiInfo info)
    {
        ulong start = table.Read<ulong>(offset + 8);
        ulong length = table.Read<ulong>(offset + 16);
        if (length == 0 || start + length < start)
        {
            return;
        }

        uint node = info.NodeOf(Domain(in table, table.Read<uint>(offset + 2)));
        if (info.MemoryCount < AcpiMemoryList.Capacity)
        {
            info.Memory[info.MemoryCount++] = new AcpiMemory
            {
                Start = new PhysicalAddress(start),
                Length = length,
                Node = node,
            };
        }
    }
}
