using System.Buffers.Binary;
using System.Text;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Linking;

namespace AzaleaOS.Tests.Unit.Assembler;

/// <summary>Reads a vDSO as C libraries do: from its program headers alone.</summary>
internal sealed class VdsoReader
{
    private readonly byte[] _image;
    private readonly Dictionary<ulong, long> _dynamic = [];

    internal VdsoReader(byte[] image)
    {
        _image = image;
        ElfFile file = ElfFile.Parse(image, "vdso");
        ElfSegment load = file.Segments.Single(s => s.Type == ElfSegmentType.Load);
        Assert.Equal(0ul, load.VirtualAddress - load.Offset);
        Assert.Equal(ElfSegmentAttributes.Read | ElfSegmentAttributes.Execute, load.Attributes);
        ElfSegment dynamic = file.Segments.Single(s => (uint)s.Type == 2);
        for (int at = (int)dynamic.Offset; Word(at) != 0; at += 16)
            _dynamic.Add((ulong)Word(at), Word(at + 8));
    }

    internal long FindByHash(string name, string version)
    {
        int table = (int)_dynamic[4];
        int buckets = Half(table);
        int symbols = Half(table + 4);
        uint hash = SharedSymbolTable.HashOf(name);
        for (int i = Half(table + 8 + (4 * (int)(hash % (uint)buckets))); i != 0; i = Half(table + 8 + (4 * (buckets + i))))
        {
            Assert.InRange(i, 1, symbols - 1);
            if (Name(i) == name)
                return Checked(i, version);
        }

        throw new InvalidOperationException($"{name} is not in DT_HASH");
    }

    internal long FindByGnuHash(string name, string version)
    {
        int table = (int)_dynamic[0x6fff_fef5];
        int buckets = Half(table);
        int first = Half(table + 4);
        int shift = Half(table + 12);
        ulong filter = (ulong)Word(table + 16);
        uint hash = SharedSymbolTable.GnuHashOf(name);
        Assert.Equal(1, Half(table + 8));
        Assert.Equal(1ul, (filter >> (int)(hash % 64)) & (filter >> (int)((hash >> shift) % 64)) & 1);
        int i = Half(table + 24 + (4 * (int)(hash % (uint)buckets)));
        for (; ; i++)
        {
            uint chain = (uint)Half(table + 24 + (4 * (buckets + i - first)));
            if ((chain | 1) == (hash | 1) && Name(i) == name)
                return Checked(i, version);
            Assert.Equal(0u, chain & 1);
        }
    }

    private long Checked(int symbol, string version)
    {
        int at = (int)_dynamic[6] + (24 * symbol);
        Assert.Equal((byte)ElfSymbolType.Function, _image[at + 4] & 15);
        Assert.NotEqual(0, BinaryPrimitives.ReadUInt16LittleEndian(_image.AsSpan(at + 6)));
        int index = BinaryPrimitives.ReadUInt16LittleEndian(_image.AsSpan((int)_dynamic[0x6fff_fff0] + (2 * symbol)));
        int definition = (int)_dynamic[0x6fff_fffc];
        while (BinaryPrimitives.ReadUInt16LittleEndian(_image.AsSpan(definition + 4)) != index)
        {
            Assert.NotEqual(0, Half(definition + 16));
            definition += Half(definition + 16);
        }

        Assert.Equal(version, Text(Half(definition + Half(definition + 12))));
        Assert.Equal(SharedSymbolTable.HashOf(version), (uint)Half(definition + 8));
        return Word(at + 8);
    }

    private string Name(int symbol) => Text(Half((int)_dynamic[6] + (24 * symbol)));

    private string Text(int offset)
    {
        ReadOnlySpan<byte> rest = _image.AsSpan((int)_dynamic[5] + offset);
        return Encoding.ASCII.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    private int Half(int at) => BinaryPrimitives.ReadInt32LittleEndian(_image.AsSpan(at));

    private long Word(int at) => BinaryPrimitives.ReadInt64LittleEndian(_image.AsSpan(at));
}
