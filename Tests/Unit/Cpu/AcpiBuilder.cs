using System.Text;
using AzaleaOS.Cpu;
using AzaleaOS.Tests.Unit.Boot;

namespace AzaleaOS.Tests.Unit.Cpu;

/// <summary>Writes ACPI tables in the shape of QEMU's.</summary>
internal sealed class AcpiBuilder : IDisposable
{
    internal const ulong Root = 0xf_5a80;
    private readonly List<ulong> _tables = [];
    private ulong _next = 0xf_6000;

    internal AcpiBuilder() => Memory = new GuardedMemory(0xf_0000);

    internal GuardedMemory Memory { get; }

    /// <summary>Where each table was put.</summary>
    internal Dictionary<string, ulong> Addresses { get; } = [];

    internal static byte[] Bytes(params object[] values) => [.. values.SelectMany(value => value switch
    {
        byte number => [number],
        ushort number => BitConverter.GetBytes(number),
        uint number => BitConverter.GetBytes(number),
        ulong number => BitConverter.GetBytes(number),
        int zeros => new byte[zeros],
        byte[] bytes => bytes,
        string text => Encoding.ASCII.GetBytes(text),
        _ => throw new ArgumentException("unknown kind of value", nameof(values)),
    })];

    internal static byte[] LocalApic(byte id, uint flags = 1) => Bytes((byte)0, (byte)8, id, id, flags);

    internal static byte[] LocalX2Apic(uint id, uint flags = 1) => Bytes((byte)9, (byte)16, (ushort)0, id, flags, id);

    internal static byte[] CoreAffinity(byte id, byte domain) => Bytes((byte)0, (byte)16, domain, id, 1u, 8);

    internal static byte[] X2CoreAffinity(uint id, uint domain) => Bytes((byte)2, (byte)24, (ushort)0, domain, id, 1u, 8);

    internal static byte[] MemoryAffinity(uint domain, ulong start, ulong length, uint flags = 1)
        => Bytes((byte)1, (byte)40, domain, (ushort)0, start, length, 4, flags, 8);

    /// <summary>All that QEMU's q35 gives with four cores on two nodes.</summary>
    internal static AcpiBuilder Typical(bool isLong = false)
    {
        var builder = new AcpiBuilder();
        builder.AddMadt(LocalApic(0), LocalApic(1), LocalApic(2), LocalApic(3), Bytes((byte)1, (byte)12, 10), Bytes((byte)2, (byte)10, 8), Bytes((byte)4, (byte)6, 4));
        builder.Add("HPET", new byte[20]);
        builder.Add("SRAT", Bytes(
            1u,
            8,
            CoreAffinity(0, 0),
            CoreAffinity(1, 0),
            CoreAffinity(2, 7),
            CoreAffinity(3, 7),
            MemoryAffinity(0, 0, 0xa_0000),
            MemoryAffinity(0, 0x10_0000, 0x7f0_0000),
            MemoryAffinity(7, 0x800_0000, 0x800_0000),
            MemoryAffinity(0, 0, 0, 0)), revision: 3);
        builder.Add("SLIT", Bytes(8UL, SlitRows()));
        builder.AddFadt();
        return builder.Finish(isLong);
    }

    internal void AddMadt(params object[] entries) => Add("APIC", Bytes([0xfee0_0000u, 1u, .. entries]));

    internal void AddFadt()
    {
        // A DSDT with the name in a string, in a comparison, and then for real.
        ulong dsdt = Place("DSDT", Bytes((byte)0x0d, "_S5_", (byte)0, "_S5_", (byte)0x12, (byte)9, (byte)0x08, "_S4_", (byte)0x12, (byte)6, (byte)4, 4, (byte)0x08, "_S5_", (byte)0x12, (byte)0x08, (byte)4, (byte)0x0a, (byte)5, (byte)0x0a, (byte)6, 2), 1);
        byte[] fadt = new byte[244 - 36];
        void Set<T>(int offset, T value)
            where T : unmanaged
            => System.Runtime.InteropServices.MemoryMarshal.Write(fadt.AsSpan(offset - 36), in value);
        Set(40, (uint)dsdt);
        Set(48, 0xb2u);
        Set(52, (byte)2);
        Set(64, 0x604u);
        Set(76, 0x608u);
        Set(112, (1u << 8) | (1u << 10));
        Set(116, (byte)1);
        Set(120, 0xcf9UL);
        Set(128, (byte)0xf);
        Set(140, dsdt);
        Add("FACP", fadt, revision: 3);
    }

    internal void Add(string signature, byte[] contents, byte revision = 1) => _tables.Add(Place(signature, contents, revision));

    internal AcpiBuilder Finish(bool isLong = false)
    {
        ulong list = isLong
            ? Place("XSDT", Bytes([.. _tables.Select(table => (object)table)]), 1)
            : Place("RSDT", Bytes([.. _tables.Select(table => (object)(uint)table)]), 1);
        Memory.Write(Root, Bytes("RSD PTR ", (byte)0, "BOCHS ", (byte)(isLong ? 2 : 0), isLong ? 0u : (uint)list));
        Seal(Root, 20, 8);
        if (isLong)
        {
            Memory.Write(Root + 20, Bytes(36u, list, 4));
            Seal(Root, 36, 32);
        }

        return this;
    }

    /// <summary>Makes the checksum of a table right again.</summary>
    internal void Seal(string signature)
    {
        ulong address = Addresses[signature];
        int length = BitConverter.ToInt32(Memory.Bytes[(int)(address + 4 - Memory.Start)..]);
        if (length > 9 && address + (ulong)length <= Memory.End)
        {
            Seal(address, length, 9);
        }
    }

    internal void Patch<T>(string signature, int offset, T value)
        where T : unmanaged
    {
        Memory.Write(Addresses[signature] + (ulong)offset, value);
        Seal(signature);
    }

    internal AcpiError Read(out AcpiInfo info) => ReadAt(Root, out info);

    internal AcpiError ReadAt(ulong root, out AcpiInfo info)
    {
        info = default;
        AcpiError error = AcpiReader.Read(Memory.Window, new Abi.PhysicalAddress(root), ref info);
        return error is AcpiError.None && info.ControlA != 0 ? AcpiSleepState.Read(Memory.Window, info.Dsdt, ref info) : error;
    }

    public void Dispose() => Memory.Dispose();

    private static byte[] SlitRows()
    {
        byte[] rows = new byte[64];
        for (int i = 0; i < 64; i++)
        {
            rows[i] = (byte)(i / 8 == i % 8 ? 10 : 20 + (i / 8) + (i % 8));
        }

        return rows;
    }

    private ulong Place(string signature, byte[] contents, byte revision)
    {
        ulong address = _next;
        Memory.Write(address, Bytes(signature, (uint)contents.Length + 36, revision, (byte)0, "BOCHS BXPC    ", 1u, "BXPC", 1u, contents));
        _next += ((ulong)contents.Length + 36 + 15) & ~15UL;
        Addresses[signature] = address;
        Seal(signature);
        return address;
    }

    private void Seal(ulong address, int length, int field)
    {
        Span<byte> table = Memory.Bytes.Slice((int)(address - Memory.Start), length);
        table[field] = 0;
        byte sum = 0;
        foreach (byte value in table)
        {
            sum += value;
        }

        table[field] = (byte)-sum;
    }
}
