using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;
using AzaleaOS.Build.Linking;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Linking;

/// <summary>The file; that the code in it unpacks and enters the kernel is shown by every test that boots from a disc.</summary>
public sealed class PackedImageTests
{
    [Fact]
    public void The_kernels_own_memory_is_reserved_and_what_is_loaded_lies_behind_it()
    {
        using SmallKernel kernel = Whole();
        ElfFile file = kernel.Link();
        ElfFile packed = Packed(file);
        ElfSegment[] loads = [.. packed.Segments.Where(s => s.Type == ElfSegmentType.Load)];

        ulong begin = file.Segments.Where(s => s.Type == ElfSegmentType.Load).Min(s => s.PhysicalAddress);
        ulong end = file.Segments.Where(s => s.Type == ElfSegmentType.Load).Max(s => s.PhysicalAddress + s.MemorySize);
        Assert.Equal(2, loads.Length);
        Assert.Equal((begin, 0ul), (loads[0].PhysicalAddress, loads[0].FileSize));
        Assert.True(loads[0].PhysicalAddress + loads[0].MemorySize >= end);
        Assert.Equal(loads[0].PhysicalAddress + loads[0].MemorySize, loads[1].PhysicalAddress);
        Assert.InRange(loads[1].MemorySize, loads[1].FileSize + Unpacker.TablesBytes, loads[1].FileSize + Unpacker.TablesBytes + Unpacker.TablesAlignment);
        Assert.InRange(packed.Entry, loads[1].PhysicalAddress, loads[1].PhysicalAddress + loads[1].FileSize);
    }

    [Fact]
    public void Both_loaders_find_their_header_and_an_entry_of_their_own()
    {
        using SmallKernel kernel = Whole();
        ElfFile packed = Packed(kernel.Link());
        ElfSegment content = packed.Segments.Last(s => s.Type == ElfSegmentType.Load);
        ElfSegment note = Assert.Single(packed.Segments, s => s.Type == ElfSegmentType.Note);

        Assert.Equal(0xE85250D6, BinaryPrimitives.ReadUInt32LittleEndian(packed.Contents(content)));
        Assert.Equal(0ul, content.Offset % 8);
        ReadOnlySpan<byte> words = packed.Contents(note);
        Assert.Equal("Xen\0"u8, words.Slice(12, 4));
        ulong pvh = BinaryPrimitives.ReadUInt64LittleEndian(words[16..]);
        Assert.InRange(pvh, content.PhysicalAddress, content.PhysicalAddress + content.FileSize);
        Assert.NotEqual(packed.Entry, pvh);

        // QEMU pads inside the note as p_align says, and would read the entry four bytes too far.
        Assert.Equal(4ul, note.Alignment);
    }

    [Fact]
    public void Behind_the_note_there_is_a_place_for_a_linked_program_and_none_in_it()
    {
        using SmallKernel kernel = Whole();
        ElfFile packed = Packed(kernel.Link());
        ElfSegment content = packed.Segments.Last(s => s.Type == ElfSegmentType.Load);
        ElfSegment note = Assert.Single(packed.Segments, s => s.Type == ElfSegmentType.Note);
        int at = (int)(note.PhysicalAddress + note.FileSize - content.PhysicalAddress + 7) & ~7;
        LinkedProgram place = MemoryMarshal.Read<LinkedProgram>(packed.Contents(content)[at..]);
        Assert.Equal((LinkedProgram.MagicNumber, 0u, 0u), (place.Magic, place.Address, place.Length));
    }

    [Fact]
    public void The_end_of_the_file_is_the_kernels_segments_compressed()
    {
        using SmallKernel kernel = Whole();
        ElfFile file = kernel.Link();
        ElfFile packed = Packed(file);
        ReadOnlySpan<byte> rest = packed.Bytes;
        foreach (ElfSegment segment in file.Segments.Where(s => s.Type == ElfSegmentType.Load).Reverse())
        {
            byte[] bytes = file.Contents(segment).TrimEnd((byte)0).ToArray();
            if (bytes.Length == 0)
                continue;
            if (segment.Attributes.HasFlag(ElfSegmentAttributes.Execute))
                CodeTargets.Resolve(bytes, SpanOf(file));
            byte[] block = BlockPacker.Pack(bytes);
            Assert.Equal(block, rest[^block.Length..].ToArray());
            rest = rest[..^block.Length];
        }
    }

    [Property]
    public bool The_code_is_as_long_wherever_it_lies(ushort page, ushort scratch, ushort tables, uint source, byte[] bytes)
    {
        const uint PageSize = 4096;
        (PackedBlock, uint)[] blocks = [(new PackedBlock(page * PageSize, bytes, CodeTargets.Length), source)];
        (PackedBlock, uint)[] moved = [(blocks[0].Item1, source * PageSize)];
        uint address = page * PageSize;
        UnpackerCode here = Unpacker.Assemble(0x10_0000, default, blocks, PageSize, default);
        UnpackerCode there = Unpacker.Assemble(address, new UnpackerMemory(scratch * PageSize, tables * PageSize), moved, PageSize, new PackedEntries(address, source, scratch, tables));
        return here.Bytes.Length == there.Bytes.Length && here.Multiboot2 - 0x10_0000 == there.Multiboot2 - address;
    }

    [Property]
    public bool Targets_come_back_whatever_is_packed(byte[] bytes, (int Operand, byte Register)[] operands, byte more)
    {
        byte[] code =
        [
            .. bytes,
            .. operands.SelectMany(o => (byte[])[CodeTargets.Branch, .. BitConverter.GetBytes(o.Operand % 200)]),
            .. operands.SelectMany(o => (byte[])[CodeTargets.Operation, (byte)((o.Register & 0x38) | CodeTargets.RipRelative), .. BitConverter.GetBytes(o.Operand % 200)]),
            .. operands.SelectMany(o => (byte[])[CodeTargets.Operation | 4, o.Register, CodeTargets.Branch | 1, .. BitConverter.GetBytes(o.Operand)]),
            .. bytes,
        ];
        byte[] packed = [.. code];
        CodeTargets.Resolve(packed, code.Length + more);
        CodeTargets.Restore(packed, code.Length + more);
        return code.SequenceEqual(packed);
    }

    [Theory]
    [InlineData(new byte[] { 0xe8 })]
    [InlineData(new byte[] { 0xe9 })]
    [InlineData(new byte[] { 0x89, 0x05 })]
    [InlineData(new byte[] { 0x8b, 0x0d })]
    [InlineData(new byte[] { 0x8d, 0x3d })]
    public void What_refers_to_one_place_has_the_same_bytes(byte[] instruction)
    {
        byte[] code = new byte[200];
        foreach (int at in (int[])[10, 150])
        {
            instruction.CopyTo(code, at - instruction.Length);
            BinaryPrimitives.WriteInt32LittleEndian(code.AsSpan(at), 230 - at);
        }

        CodeTargets.Resolve(code, span: 240);
        Assert.Equal(230, BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(10)));
        Assert.Equal(230, BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(150)));
    }

    [Fact]
    public void A_kernel_without_a_place_for_its_first_time_stamp_cannot_be_packed()
    {
        using var kernel = new SmallKernel();
        var error = Assert.Throws<BuildException>(() => PackedImage.Of(kernel.Link()));
        Assert.Equal("AZ5006", Assert.Single(error.Diagnostics).Code);
        Assert.Contains("azalea_entry_tsc", error.Message, StringComparison.Ordinal);
    }

    private static int SpanOf(ElfFile kernel)
    {
        ElfSegment[] loads = [.. kernel.Segments.Where(s => s.Type == ElfSegmentType.Load && s.MemorySize > 0)];
        ulong end = loads.Max(s => s.PhysicalAddress + s.MemorySize);
        return (int)(((end + 4095) & ~4095ul) - loads.Min(s => s.PhysicalAddress));
    }

    private static SmallKernel Whole() => new(k =>
    {
        k.Add("azalea_entry_tsc", a => a.Quadword(0), section: ".data");
        k.Add("azalea_linked_program", a => a.Quadword(0), section: ".data");
    });

    private static ElfFile Packed(ElfFile kernel) => ElfFile.Parse(PackedImage.Of(kernel), "packed");
}
