using System.Buffers.Binary;
using System.Text;

namespace AzaleaOS.Tests.Unit.Boot;

/// <summary>Writes multiboot2 information as GRUB does.</summary>
internal sealed class Multiboot2Builder
{
    private readonly List<byte> _bytes = [0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>What GRUB says on QEMU's q35 with 256 MiB.</summary>
    internal static Multiboot2Builder Typical() => new Multiboot2Builder()
        .CommandLine("verbose -- /bin/true")
        .Module(0x20_0000, 0x30_0123, "initramfs")
        .MemoryMap(
            (0, 0x9_fc00, 1),
            (0x9_fc00, 0x400, 2),
            (0xf_0000, 0x1_0000, 2),
            (0x10_0000, 0xfee_0000, 1),
            (0xffe_0000, 0x2_0000, 3),
            (0xb000_0000, 0x1000_0000, 2),
            (0xfd_0000_0000, 0x3_0000_0000, 2));

    internal Multiboot2Builder CommandLine(string text) => Tag(1, Encoding.UTF8.GetBytes(text + '\0'));

    internal Multiboot2Builder Module(uint start, uint end, string name)
        => Tag(3, [.. Bytes(start), .. Bytes(end), .. Encoding.UTF8.GetBytes(name + '\0')]);

    internal Multiboot2Builder MemoryMap(params (ulong Start, ulong Length, uint Type)[] ranges)
        => Tag(6, [.. Bytes(24u), .. Bytes(0u), .. ranges.SelectMany(range => (byte[])[.. Bytes(range.Start), .. Bytes(range.Length), .. Bytes(range.Type), .. Bytes(0u)])]);

    internal Multiboot2Builder Tag(uint type, byte[] contents)
    {
        _bytes.AddRange(Bytes(type));
        _bytes.AddRange(Bytes((uint)contents.Length + 8));
        _bytes.AddRange(contents);
        while (_bytes.Count % 8 != 0)
        {
            _bytes.Add(0);
        }

        return this;
    }

    internal Multiboot2Builder Raw(uint type, uint length)
    {
        _bytes.AddRange(Bytes(type));
        _bytes.AddRange(Bytes(length));
        return this;
    }

    internal byte[] End() => Tag(0, []).WithSize();

    internal byte[] WithSize()
    {
        byte[] bytes = [.. _bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)bytes.Length);
        return bytes;
    }

    internal static byte[] Bytes(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    internal static byte[] Bytes(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }
}
