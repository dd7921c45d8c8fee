using System.Buffers.Binary;
using AzaleaOS.Abi;
using AzaleaOS.Build.Diagnostics;
using AzaleaOS.Build.Elf;

namespace AzaleaOS.Build.Linking;

/// <summary>A kernel for images whose segments are compressed: less to read from a disc, less to send to a node.</summary>
/// <remarks>
/// An ELF64 file for multiboot2 and PVH loaders with two loaded segments. The first takes no place in
/// the file: it reserves the kernel's memory, which the loader clears. The second lies behind it and
/// holds both protocols' headers, the <see cref="Unpacker"/> and the compressed segments, and reserves
/// memory for the unpacker's tables; once the kernel runs, its memory is free.
/// </remarks>
internal static class PackedImage
{
    private const int FileHeaderSize = 64;
    private const int SegmentHeaderSize = 56;
    private const int SegmentCount = 3;
    private const ulong PageSize = 4096;
    private const int HeaderAlignment = 8;

    // QEMU takes p_align for the padding inside the note.
    private const int NoteAlignment = 4;

    // Offset of n_descsz in a note. Source: ELF specification, Note Section.
    private const int NoteDescriptorLength = 4;

    /// <summary>Packs a linked kernel.</summary>
    /// <exception cref="BuildException">AZ5006: the kernel lacks a header or a symbol that packing needs.</exception>
    internal static byte[] Of(ElfFile kernel)
    {
        ElfSegment[] segments = [.. kernel.Segments.Where(s => s.Type == ElfSegmentType.Load && s.MemorySize > 0)];
        ulong begin = segments.Min(s => s.PhysicalAddress);
        ulong end = segments.Max(s => s.PhysicalAddress + s.MemorySize);
        ulong home = (end + PageSize - 1) & ~(PageSize - 1);
        if (home > int.MaxValue)
            throw new BuildException("AZ5006", $"{kernel.Path}: the kernel lies above 2 GiB, where 32-bit code cannot unpack it");

        uint span = (uint)(home - begin);
        byte[] multiboot2 = Section(kernel, ".multiboot2");
        byte[] note = Section(kernel, ".note.pvh");
        PackedBlock[] blocks = [.. segments.Select(s => Compress(kernel, s, (int)span)).Where(b => b.Compressed.Length > 0)];

        // The note's last words are its descriptor: the entry, in four bytes or eight.
        Span<byte> pvhEntry = note.AsSpan(note.Length - BinaryPrimitives.ReadInt32LittleEndian(note.AsSpan(NoteDescriptorLength)));
        PackedEntries entries = new(
            (uint)(kernel.Entry - LinkerScript.VirtualBase),
            BinaryPrimitives.ReadUInt32LittleEndian(pvhEntry),
            (uint)(Address(kernel, "azalea_entry_tsc") - LinkerScript.VirtualBase),
            (uint)(Address(kernel, "azalea_linked_program") - LinkerScript.VirtualBase));

        // Headers, the linked program's place and scratch memory, code, blocks. The code's length does not depend on where they lie.
        uint noteAt = (uint)home + Aligned(multiboot2.Length);
        uint scratchAt = noteAt + Aligned(note.Length);
        uint codeAt = scratchAt + Unpacker.ScratchBytes;
        int codeLength = Unpacker.Assemble(codeAt, new UnpackerMemory(0, 0), Placed(blocks, 0), span, entries).Bytes.Length;
        uint blocksAt = codeAt + Aligned(codeLength);
        int length = (int)(blocksAt - home) + blocks.Sum(b => b.Compressed.Length);
        uint tablesAt = (uint)home + Aligned(length, Unpacker.TablesAlignment);
        UnpackerCode code = Unpacker.Assemble(codeAt, new UnpackerMemory(scratchAt, tablesAt), Placed(blocks, blocksAt), span, entries);
        pvhEntry.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(pvhEntry, code.Pvh);

        int contentAt = FileHeaderSize + (SegmentCount * SegmentHeaderSize);
        var image = new byte[contentAt + length];
        Span<byte> content = image.AsSpan(contentAt);
        multiboot2.CopyTo(content);
        note.CopyTo(content[(int)(noteAt - home)..]);
        BinaryPrimitives.WriteUInt64LittleEndian(content[(int)(scratchAt - home)..], LinkedProgram.MagicNumber);
        code.Bytes.CopyTo(content[(int)(codeAt - home)..]);
        int at = (int)(blocksAt - home);
        foreach (PackedBlock block in blocks)
        {
            block.Compressed.CopyTo(content[at..]);
            at += block.Compressed.Length;
        }

        WriteFileHeader(image, kernel, code.Multiboot2);
        WriteSegmentHeader(image, 0, ElfSegmentType.Load, attributes: 6, offset: 0, begin, fileSize: 0, memorySize: home - begin);
        WriteSegmentHeader(image, 1, ElfSegmentType.Load, attributes: 7, (ulong)contentAt, home, (ulong)length, tablesAt + Unpacker.TablesBytes - home);
        WriteSegmentHeader(image, 2, ElfSegmentType.Note, attributes: 4, (ulong)contentAt + (noteAt - home), noteAt, (ulong)note.Length, (ulong)note.Length);
        return image;
    }

    private static PackedBlock Compress(ElfFile kernel, ElfSegment segment, int span)
    {
        // What the file leaves out is zero, as the memory is before anything is unpacked.
        byte[] bytes = kernel.Contents(segment).TrimEnd((byte)0).ToArray();
        bool isCode = segment.Attributes.HasFlag(ElfSegmentAttributes.Execute) && bytes.Length >= CodeTargets.Length;
        if (isCode)
            CodeTargets.Resolve(bytes, span);
        return new PackedBlock((uint)segment.PhysicalAddress, bytes.Length == 0 ? [] : BlockPacker.Pack(bytes), isCode ? (uint)bytes.Length : 0);
    }

    private static (PackedBlock Block, uint Source)[] Placed(PackedBlock[] blocks, uint first)
    {
        var placed = new (PackedBlock, uint)[blocks.Length];
        for (int i = 0; i < blocks.Length; i++)
        {
            placed[i] = (blocks[i], first);
            first += (uint)blocks[i].Compressed.Length;
        }

        return placed;
    }

    private static byte[] Section(ElfFile kernel, string name) => kernel.FindSection(name) is { } section
        ? kernel.Contents(section).ToArray()
        : throw new BuildException("AZ5006", $"{kernel.Path}: there is no section {name}; link the assembler methods of AzaleaOS.Plugs");

    private static ulong Address(ElfFile kernel, string name) => kernel.Symbols.FirstOrDefault(s => s.Name == name && !s.IsUndefined) is { } symbol
        ? symbol.Value
        : throw new BuildException("AZ5006", $"{kernel.Path}: there is no symbol {name}; link the assembler methods of AzaleaOS.Plugs");

    private static uint Aligned(int length, int alignment = HeaderAlignment) => (uint)((length + alignment - 1) & ~(alignment - 1));

    private static void WriteFileHeader(Span<byte> image, ElfFile kernel, uint entry)
    {
        kernel.Bytes[..FileHeaderSize].CopyTo(image);
        BinaryPrimitives.WriteUInt64LittleEndian(image[24..], entry);
        BinaryPrimitives.WriteUInt64LittleEndian(image[32..], FileHeaderSize);
        BinaryPrimitives.WriteUInt64LittleEndian(image[40..], 0);
        BinaryPrimitives.WriteUInt16LittleEndian(image[54..], SegmentHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(image[56..], SegmentCount);
        BinaryPrimitives.WriteUInt16LittleEndian(image[58..], FileHeaderSize);
        image.Slice(60, 4).Clear();
    }

    /// <summary>Physical addresses only: nothing here runs with paging on.</summary>
    private static void WriteSegmentHeader(
        Span<byte> image, int index, ElfSegmentType type, uint attributes, ulong offset, ulong address, ulong fileSize, ulong memorySize)
    {
        Span<byte> header = image.Slice(FileHeaderSize + (index * SegmentHeaderSize), SegmentHeaderSize);
        BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)type);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], attributes);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], address);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], fileSize);
        BinaryPrimitives.WriteUInt64LittleEndian(header[40..], memorySize);
        BinaryPrimitives.WriteUInt64LittleEndian(header[48..], type == ElfSegmentType.Note ? NoteAlignment : (ulong)HeaderAlignment);
    }
}
