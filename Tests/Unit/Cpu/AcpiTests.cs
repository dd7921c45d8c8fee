using System.Text;
using AzaleaOS.Cpu;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Cpu;

public sealed class AcpiTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void QEMUs_tables_are_understood(bool isLong)
    {
        using AcpiBuilder tables = AcpiBuilder.Typical(isLong);
        Assert.Equal(AcpiError.None, tables.Read(out AcpiInfo info));
        Assert.Equal([0u, 1u, 2u, 3u], Cores(info).Select(core => core.ApicId.Value));
        Assert.Equal([0u, 0u, 1u, 1u], Cores(info).Select(core => core.Node));
        Assert.Equal((2, 3, 0xfee0_0000UL), (info.NodeCount, info.MemoryCount, info.LocalApic.Value));
        Assert.Equal((1u, 0x800_0000UL), (info.Memory[2].Node, info.Memory[2].Start.Value));
        Assert.Equal([10, 27, 27, 10], info.GivenDistances.ToArray());
        Assert.Equal((0x604, 0, 0x608, true), (info.ControlA, info.ControlB, info.TimerPort, info.TimerHas32Bits));
        Assert.Equal((true, 5, 6), (info.HasSleepTypes, info.SleepTypeA, info.SleepTypeB));
        Assert.Equal((0xcf9, 0xf, 0xb2, 2), (info.ResetPort, info.ResetValue, info.EnablePort, info.EnableValue));
    }

    [Fact]
    public void The_serial_port_s_interrupt_is_found()
    {
        using var tables = new AcpiBuilder();
        tables.AddMadt(
            AcpiBuilder.LocalApic(0),
            AcpiBuilder.Bytes((byte)1, (byte)12, (byte)2, (byte)0, 0xfec1_0000u, 24u),
            AcpiBuilder.Bytes((byte)1, (byte)12, (byte)1, (byte)0, 0xfec0_0000u, 0u),
            AcpiBuilder.Bytes((byte)2, (byte)10, (byte)0, (byte)0, 2u, (ushort)0),
            AcpiBuilder.Bytes((byte)2, (byte)10, (byte)0, (byte)4, 20u, (ushort)0xf));
        Assert.Equal(AcpiError.None, tables.Finish().Read(out AcpiInfo info));
        Assert.Equal((0xfec0_0000UL, 0u), (info.IoApic.Value, info.IoApicBase));
        Assert.Equal((20u, true, true), (info.SerialInterrupt.Line, info.SerialInterrupt.IsLevelTriggered, info.SerialInterrupt.IsActiveLow));

        using AcpiBuilder typical = AcpiBuilder.Typical();
        Assert.Equal(AcpiError.None, typical.Read(out info));
        Assert.Equal((4u, false, false), (info.SerialInterrupt.Line, info.SerialInterrupt.IsLevelTriggered, info.SerialInterrupt.IsActiveLow));
    }

    [Fact]
    public void The_root_pointer_is_found_where_a_BIOS_keeps_it()
    {
        using AcpiBuilder tables = AcpiBuilder.Typical();
        Assert.Equal(AcpiError.None, tables.ReadAt(0, out AcpiInfo info));
        Assert.Equal(4, info.CoreCount);
        tables.Memory.Bytes.Clear();
        Assert.Equal(AcpiError.NotFound, tables.ReadAt(0, out _));
    }

    [Fact]
    public void Cores_with_ids_beyond_254_come_as_x2APIC_and_are_not_counted_twice()
    {
        using var tables = new AcpiBuilder();
        tables.AddMadt(
            AcpiBuilder.LocalApic(0),
            AcpiBuilder.LocalApic(8),
            AcpiBuilder.LocalApic(2),
            AcpiBuilder.LocalApic(9, 0),
            AcpiBuilder.LocalApic(10, 2),
            AcpiBuilder.LocalApic(255),
            AcpiBuilder.LocalX2Apic(8),
            AcpiBuilder.LocalX2Apic(2),
            AcpiBuilder.LocalX2Apic(255),
            AcpiBuilder.LocalX2Apic(300),
            AcpiBuilder.LocalX2Apic(301, 0),
            AcpiBuilder.Bytes((byte)5, (byte)12, (ushort)0, 0x1_fee0_0000UL));
        tables.Finish();
        Assert.Equal(AcpiError.None, tables.Read(out AcpiInfo info));
        Assert.Equal([0u, 8u, 2u, 255u, 300u], Cores(info).Select(core => core.ApicId.Value));
        Assert.Equal(0x1_fee0_0000UL, info.LocalApic.Value);
        Assert.True(info.GivenDistances.IsEmpty);
    }

    [Fact]
    public void A_node_of_an_x2APIC_core_is_found_and_old_tables_have_eight_bits()
    {
        using var tables = new AcpiBuilder();
        tables.AddMadt(AcpiBuilder.LocalApic(0), AcpiBuilder.LocalX2Apic(300));
        tables.Add("SRAT", AcpiBuilder.Bytes(1u, 8, AcpiBuilder.Bytes((byte)0, (byte)16, (byte)3, (byte)0, 1u, 0xeeee_ee00u, 4), AcpiBuilder.X2CoreAffinity(300, 0x1_0005), AcpiBuilder.MemoryAffinity(0x103, 0, 1)), revision: 1);
        tables.Finish();
        Assert.Equal(AcpiError.None, tables.Read(out AcpiInfo info));
        Assert.Equal((2, 0u, 1u, 0u), (info.NodeCount, info.Cores[0].Node, info.Cores[1].Node, info.Memory[0].Node));
        tables.Patch("SRAT", 8, (byte)3);
        Assert.Equal(AcpiError.None, tables.Read(out info));
        Assert.Equal(3, info.NodeCount);
        Assert.Equal(0xeeee_ee03u, info.Domains[0]);
    }

    [Fact]
    public void More_nodes_than_there_is_room_for_count_as_the_last()
    {
        using var tables = new AcpiBuilder();
        object[] entries = [.. Enumerable.Range(0, 40).Select(i => (object)AcpiBuilder.MemoryAffinity((uint)i, (ulong)i << 30, 1 << 30))];
        tables.Add("SRAT", AcpiBuilder.Bytes([1u, 8, .. entries]), revision: 3);
        tables.Finish();
        Assert.Equal(AcpiError.None, tables.Read(out AcpiInfo info));
        Assert.Equal((AcpiDomainList.Capacity, 40), (info.NodeCount, info.MemoryCount));
        Assert.Equal((uint)AcpiDomainList.Capacity - 1, info.Memory[39].Node);
    }

    [Theory]
    [InlineData("RSDT")]
    [InlineData("APIC")]
    [InlineData("SRAT")]
    [InlineData("SLIT")]
    [InlineData("FACP")]
    [InlineData("DSDT")]
    public void A_broken_checksum_is_an_error_that_names_the_table(string signature)
    {
        using AcpiBuilder tables = AcpiBuilder.Typical();
        tables.Memory.Bytes[(int)(tables.Addresses[signature] - tables.Memory.Start) + 9]++;
        Assert.Equal(AcpiError.BadChecksum, tables.Read(out AcpiInfo info));
        Assert.Equal(signature, Encoding.ASCII.GetString(info.CulpritName));
        Assert.Equal(tables.Addresses[signature], info.CulpritAddress.Value);
        Assert.False(AcpiErrors.Describe(AcpiError.BadChecksum).IsEmpty);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    public void A_broken_checksum_of_the_root_pointer_is_an_error(int field)
    {
        using AcpiBuilder tables = AcpiBuilder.Typical(isLong: true);
        tables.Memory.Bytes[(int)(AcpiBuilder.Root - tables.Memory.Start) + field]++;
        Assert.Equal(AcpiError.BadChecksum, tables.Read(out AcpiInfo info));
        Assert.Equal("RSDP", Encoding.ASCII.GetString(info.CulpritName));
    }

    [Theory]
    [InlineData("APIC", 4, 35u, nameof(AcpiError.BadLength))]
    [InlineData("APIC", 4, uint.MaxValue, nameof(AcpiError.BadLength))]
    [InlineData("APIC", 4, 0x10_0000u, nameof(AcpiError.OutOfReach))]
    [InlineData("APIC", 4, 43u, nameof(AcpiError.BadLength))]
    [InlineData("APIC", 44, 0x0000_0000u, nameof(AcpiError.BadEntry))]
    [InlineData("APIC", 44, 0x0000_0100u, nameof(AcpiError.BadEntry))]
    [InlineData("APIC", 44, 0x0000_ff01u, nameof(AcpiError.BadEntry))]
    [InlineData("APIC", 44, 0x0000_0700u, nameof(AcpiError.BadEntry))]
    [InlineData("APIC", 44, 0x0000_0809u, nameof(AcpiError.BadEntry))]
    [InlineData("APIC", 44, 0x0000_0805u, nameof(AcpiError.BadEntry))]
    [InlineData("SRAT", 4, 47u, nameof(AcpiError.BadLength))]
    [InlineData("SRAT", 48, 0x0000_0f00u, nameof(AcpiError.BadEntry))]
    [InlineData("SRAT", 48, 0x0000_1001u, nameof(AcpiError.BadEntry))]
    [InlineData("SRAT", 48, 0x0000_1002u, nameof(AcpiError.BadEntry))]
    [InlineData("SLIT", 4, 40u, nameof(AcpiError.BadLength))]
    [InlineData("SLIT", 36, 9u, nameof(AcpiError.BadLength))]
    [InlineData("SLIT", 40, 1u, nameof(AcpiError.BadLength))]
    [InlineData("SLIT", 40, 0x8000_0000u, nameof(AcpiError.BadLength))]
    [InlineData("FACP", 4, 115u, nameof(AcpiError.BadLength))]
    [InlineData("FACP", 140, 0x10u, nameof(AcpiError.OutOfReach))]
    [InlineData("FACP", 140, 0xf_6000u, nameof(AcpiError.BadSignature))]
    public void A_table_that_lies_is_a_clear_error(string signature, int offset, uint value, string expected)
    {
        using AcpiBuilder tables = AcpiBuilder.Typical();
        tables.Patch(signature, offset, value);
        Assert.Equal(expected, tables.Read(out _).ToString());
    }

    [Theory]
    [InlineData(0x10UL, nameof(AcpiError.OutOfReach))]
    [InlineData(0xf_5a81UL, nameof(AcpiError.BadSignature))]
    [InlineData(0xf_ffffUL, nameof(AcpiError.OutOfReach))]
    [InlineData(ulong.MaxValue, nameof(AcpiError.OutOfReach))]
    public void A_wrong_root_pointer_is_a_clear_error(ulong address, string expected)
    {
        using AcpiBuilder tables = AcpiBuilder.Typical();
        Assert.Equal(expected, tables.ReadAt(address, out _).ToString());
    }

    [Fact]
    public void A_machine_with_reduced_hardware_has_no_power_registers()
    {
        using AcpiBuilder tables = AcpiBuilder.Typical();
        tables.Patch("FACP", 112, 1u << 20);
        Assert.Equal(AcpiError.None, tables.Read(out AcpiInfo info));
        Assert.Equal((0, 0, 0, false), (info.ControlA, info.TimerPort, info.ResetPort, info.HasSleepTypes));
    }

    [Theory]
    [InlineData("085f53355f120604 0a050a06 0000", true, 5, 6)]
    [InlineData("085c5f53355f120604 01000000", true, 1, 0)]
    [InlineData("085f53355f12440004 0b0700 0c03000000", true, 7, 3)]
    [InlineData("085f53355f120604 0a07", true, 7, 0)]
    [InlineData("5f53355f120604 0a050a06 0000", false, 0, 0)]
    [InlineData("085f53355f", false, 0, 0)]
    [InlineData("085f53355f12", false, 0, 0)]
    [InlineData("085f53355f12c0", false, 0, 0)]
    [InlineData("085f53355f1206000a05", false, 0, 0)]
    [InlineData("085f53355f1206040a", false, 0, 0)]
    [InlineData("085f53355f120604 5b01", false, 0, 0)]
    [InlineData("", false, 0, 0)]
    public void The_sleep_type_is_read_from_the_package_and_nowhere_else(string code, bool isFound, int typeA, int typeB)
    {
        byte[] bytes = Convert.FromHexString(code.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(isFound, AcpiSleepState.TryFind(bytes, out byte a, out byte b));
        Assert.Equal((typeA, typeB), (a, b));
    }

    [Property(MaxTest = 2000)]
    public void Whatever_bytes_change_nothing_outside_the_tables_is_read((ushort Where, byte Value)[] changes, bool isLong, bool isSealed)
    {
        using AcpiBuilder tables = AcpiBuilder.Typical(isLong);
        int start = (int)(AcpiBuilder.Root - tables.Memory.Start);
        foreach ((ushort where, byte value) in changes)
        {
            tables.Memory.Bytes[start + (where % 0xc00)] = value;
        }

        foreach (string signature in tables.Addresses.Keys.Where(_ => isSealed))
        {
            tables.Seal(signature);
        }

        _ = tables.Read(out AcpiInfo info);
        Assert.InRange(info.CoreCount, 0, AcpiCoreList.Capacity);
        Assert.InRange(info.NodeCount, 0, AcpiDomainList.Capacity);
        Assert.All(Cores(info), core => Assert.InRange(core.Node, 0u, (uint)Math.Max(info.NodeCount - 1, 0)));
        Assert.InRange(info.SleepTypeA, 0, 7);
    }

    private static AcpiCore[] Cores(AcpiInfo info) => ((Span<AcpiCore>)info.Cores)[..info.CoreCount].ToArray();
}
