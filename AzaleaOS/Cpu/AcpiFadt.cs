using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>FADT: power registers, and where the DSDT is.</summary>
/// <remarks>Source: ACPI 6.5, 5.2.9, table 5.9. Fields that an older revision lacks read as 0.</remarks>
internal static class AcpiFadt
{
    private const uint MinimumLength = 116;
    private const uint TimerHas32Bits = 1 << 8;
    private const uint HasResetRegister = 1 << 10;
    private const uint IsHardwareReduced = 1 << 20;
    private const byte IoSpace = 1;

    /// <summary>Reads the table.</summary>
    internal static AcpiError Read(PhysicalWindow window, PhysicalAddress address, ref AcpiInfo info)
    {
        AcpiError error = AcpiTable.Open(window, address, AcpiTableList.FadtSignature, ref info, out AcpiTable table);
        if (error is not AcpiError.None)
        {
            return error;
        }

        if (table.Length < MinimumLength)
        {
            return AcpiError.BadLength;
        }

        uint flags = table.Read<uint>(112);
        if ((flags & HasResetRegister) != 0)
        {
            info.ResetPort = IoPort(in table, 116);
            info.ResetValue = table.Read<byte>(128);
        }

        if ((flags & IsHardwareReduced) == 0)
        {
            info.ControlA = Register(in table, 64, 172);
            info.ControlB = Register(in table, 68, 184);
            info.TimerPort = Register(in table, 76, 208);
            info.TimerHas32Bits = (flags & TimerHas32Bits) != 0;
            info.EnablePort = (ushort)table.Read<uint>(48);
            info.EnableValue = table.Read<byte>(52);
        }

        ulong longAddress = table.Read<ulong>(140);
        info.Dsdt = new(longAddress != 0 ? longAddress : table.Read<uint>(40));
        return AcpiSleepState.Check(window, ref info);
    }

    private static ushort Register(in AcpiTable table, uint offset, uint extendedOffset)
    {
        uint port = table.Read<uint>(offset);
        return port is > 0 and <= ushort.MaxValue ? (ushort)port : IoPort(in table, extendedOffset);
    }

    /// <summary>The port of a generic address; 0 if it is not in I/O space.</summary>
    private static ushort IoPort(in AcpiTable table, uint offset)
    {
        ulong address = table.Read<ulong>(offset + 4);
        return table.Read<byte>(offset) == IoSpace && address <= ushort.MaxValue ? (ushort)address : (ushort)0;
    }
}
