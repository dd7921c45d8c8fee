using System.Buffers.Binary;
using System.Text;

namespace AzaleaOS.Tests.Machines;

/// <summary>Multiboot2 boot information, right or wrong, at <see cref="CraftedLoader.Information"/>.</summary>
/// <remarks>Source: Multiboot2 specification 2.0, 3.6.</remarks>
internal sealed class Multiboot2Information
{
    private const int Header = 8;

    private readonly List<byte> _tags = [];

    /// <summary>Physical address of the next tag's contents.</summary>
    internal uint NextContents => CraftedLoader.Information + Header + (uint)_tags.Count + 8;

    /// <summary>Adds a tag whose length need not be true.</summary>
    internal Multiboot2Information Tag(uint type, ReadOnlySpan<byte> contents, uint? length = null)
    {
        Span<byte> header = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], length ?? (uint)contents.Length + 8);
        _tags.AddRange(header);
        _tags.AddRange(contents);
        while (_tags.Count % 8 != 0)
            _tags.Add(0);
        return this;
    }

    /// <summary>Adds the command line.</summary>
    internal Multiboot2Information CommandLine(string text) => Tag(1, Encoding.ASCII.GetBytes(text + "\0"));

    /// <summary>Adds a module.</summary>
    internal Multiboot2Information Module(uint start, uint end) => Tag(3, [.. Bytes(start), .. Bytes(end), 0]);

    /// <summary>Adds a memory map of usable ranges.</summary>
    internal Multiboot2Information Memory(params (ulong Start, ulong Length)[] ranges)
    {
        List<byte> contents = [.. Bytes(24), .. Bytes(0)];
        foreach ((ulong start, ulong length) in ranges)
            contents.AddRange([.. Bytes((uint)start), .. Bytes((uint)(start >> 32)), .. Bytes((uint)length), .. Bytes((uint)(length >> 32)), .. Bytes(1), .. Bytes(0)]);
        return Tag(6, [.. contents]);
    }

    /// <summary>Adds ACPI's root pointer and, behind it in the same tag, a root table and a core table.</summary>
    /// <param name="breakPointer">Whether the root pointer's checksum is wrong.</param>
    /// <param name="breakCores">Whether the core table's checksum is wrong.</param>
    internal Multiboot2Information Acpi(bool breakPointer = false, bool breakCores = false)
    {
        const int PointerLength = 20;
        const int Aligned = 24;
        uint root = NextContents + Aligned;
        byte[] cores = Table("APIC", [.. Bytes(0xfee0_0000), .. Bytes(0), 0, 8, 0, 0, .. Bytes(1)]);
        byte[] rootTable = Table("RSDT", Bytes(root + 40));
        byte[] pointer = [.. "RSD PTR "u8, 0, .. "AZALEA"u8, 0, .. Bytes(root)];
        pointer[8] = Checksum(pointer);
        if (breakPointer)
            pointer[8]++;
        if (breakCores)
            cores[9]++;
        return Tag(14, [.. pointer, .. new byte[Aligned - PointerLength], .. rootTable, .. cores]);
    }

    /// <summary>The whole, with an end tag unless told otherwise.</summary>
    internal byte[] ToBytes(bool withEnd = true)
    {
        if (withEnd)
            Tag(0, []);
        return [.. Bytes((uint)_tags.Count + Header), .. Bytes(0), .. _tags];
    }

    private static byte[] Table(string signature, byte[] contents)
    {
        const int HeaderLength = 36;
        byte[] table = [.. Encoding.ASCII.GetBytes(signature), .. Bytes((uint)(HeaderLength + contents.Length)), 1, 0, .. new byte[26], .. contents];
        table[9] = Checksum(table);
        return table;
    }

    private static byte Checksum(byte[] bytes) => (byte)-bytes.Sum(value => value);

    private static byte[] Bytes(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
