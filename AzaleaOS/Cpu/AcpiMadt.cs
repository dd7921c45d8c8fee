using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>MADT: which cores there are, and how the serial port's interrupt reaches them.</summary>
/// <remarks>
/// Source: ACPI 6.5, 5.2.12, structures of types 0 (local APIC), 1 (I/O APIC), 2 (interrupt source override),
/// 5 (address override) and 9 (local x2APIC).
/// </remarks>
internal static class AcpiMadt
{
    private const uint EntriesOffset = 44;
    private const byte LocalApicEntry = 0;
    private const byte IoApicEntry = 1;
    private const byte SourceOverrideEntry = 2;
    private const byte AddressOverrideEntry = 5;
    private const byte LocalX2ApicEntry = 9;
    private const uint Enabled = 1;
    private const uint NoX2Apic = 0xff;
    private const byte SerialSource = 4;
    private const uint PolarityMask = 3;
    private const uint ActiveLow = 3;
    private const uint TriggerMask = 3 << 2;
    private const uint LevelTriggered = 3 << 2;

    /// <summary>Reads the table.</summary>
    internal static AcpiError Read(PhysicalWindow window, PhysicalAddress address, ref AcpiInfo info)
    {
        AcpiError error = AcpiTable.Open(window, address, AcpiTableList.MadtSignature, ref info, out AcpiTable table);
        if (error is not AcpiError.None)
        {
            return error;
        }

        if (table.Length < EntriesOffset)
        {
            return AcpiError.BadLength;
        }

        info.LocalApic = new PhysicalAddress(table.Read<uint>(36));
        info.SerialInterrupt.Line = SerialSource;
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
            case LocalApicEntry when length >= 8:
                uint id = table.Read<byte>(offset + 3);
                return (table.Read<uint>(offset + 4) & Enabled) != 0 && id != NoX2Apic ? Add(id, ref info) : AcpiError.None;
            case LocalX2ApicEntry when length >= 16:
                return (table.Read<uint>(offset + 8) & Enabled) != 0 ? Add(table.Read<uint>(offset + 4), ref info) : AcpiError.None;
            case AddressOverrideEntry when length >= 12:
                info.LocalApic = new PhysicalAddress(table.Read<ulong>(offset + 4));
                return AcpiError.None;
            case IoApicEntry when length >= 12:
                // The interrupts of the ISA bus arrive at the first one.
                uint first = table.Read<uint>(offset + 8);
                if (info.IoApic.Value == 0 || first < info.IoApicBase)
                {
                    info.IoApic = new PhysicalAddress(table.Read<uint>(offset + 4));
                    info.IoApicBase = first;
                }

                return AcpiError.None;
            case SourceOverrideEntry when length >= 10:
                if (table.Read<byte>(offset + 2) == 0 && table.Read<byte>(offset + 3) == SerialSource)
                {
                    uint flags = table.Read<ushort>(offset + 8);
                    info.SerialInterrupt = new AcpiInterrupt
                    {
                        Line = table.Read<uint>(offset + 4),
                        IsActiveLow = (flags & PolarityMask) == ActiveLow,
                        IsLevelTriggered = (flags & TriggerMask) == LevelTriggered,
                    };
                }

                return AcpiError.None;
            case LocalApicEntry or LocalX2ApicEntry or IoApicEntry or SourceOverrideEntry or AddressOverrideEntry:
                return AcpiError.BadEntry;
            default:
                return AcpiError.None;
        }
    }

    private static AcpiError Add(uint id, ref AcpiInfo info)
    {
        // Some firmware lists low ids twice, as local APIC and as local x2APIC. Ids usually ascend.
        bool isNew = info.CoreCount == 0 || id > info.HighestId.Value;
        for (int i = 0; !isNew && i < info.CoreCount; i++)
        {
            if (info.Cores[i].ApicId.Value == id)
            {
                return AcpiError.None;
            }
        }

        if (info.CoreCount == AcpiCoreList.Capacity)
        {
            return AcpiError.TooManyCores;
        }

        info.Cores[info.CoreCount++].ApicId = new ApicId(id);
        info.HighestId = new ApicId(Math.Max(id, info.HighestId.Value));
        return AcpiError.None;
    }
}
