using System.Buffers.Binary;
using System.Text;
using AzaleaOS.Build.Elf;

namespace AzaleaOS.Build.Linking;

/// <summary>Links one object into a shared object that is read from memory, as a C library reads the vDSO.</summary>
/// <remarks>
/// Everything is in one read-only, executable segment that begins at address 0, so that the file is its own image in
/// memory. Both hash tables are there (musl and older Go look at DT_HASH alone, glibc at either), and so are section
/// headers (gdb reads symbols by them) and the table by which an unwinder finds its frames.
/// Sources: System V gABI, chapter 5; Linux Standard Base 5.0 core, 10.6 (.eh_frame_hdr) and 10.7 (symbol versions).
/// </remarks>
internal sealed class SharedObject
{
    private const int HeaderSize = 64;
    private const int SegmentSize = 56;
    private const int SectionHeaderSize = 64;
    private const int SymbolSize = 24;
    private const ushort MachineX64 = 62;
    private const uint ProgramBits = 1;
    private const uint StringTable = 3;
    private const uint HashTable = 5;
    private const uint DynamicTable = 6;
    private const uint DynamicSymbols = 11;
    private const uint GnuHashTable = 0x6fff_fff6;
    private const uint VersionDefinitions = 0x6fff_fffd;
    private const uint VersionSymbols = 0x6fff_ffff;

    private readonly List<Part> _parts = [new("", 0, 0, 1)];
    private readonly MemoryStream _file = new();
    private readonly ElfFile _source;
    private readonly IReadOnlyDictionary<string, long> _outside;

    private SharedObject(ElfFile source, IReadOnlyDictionary<string, long> outside)
    {
        _source = source;
        _outside = outside;
    }

    /// <summary>Links.</summary>
    /// <param name="source">An object with .text and .eh_frame.</param>
    /// <param name="name">The shared object's own name, DT_SONAME.</param>
    /// <param name="version">The version of all its symbols.</param>
    /// <param name="symbols">What it exports; a weak name is an alias of another symbol.</param>
    /// <param name="outside">Addresses, relative to the image, of symbols that lie beside it.</param>
    /// <param name="inside">Takes the addresses of all that the object defines, exported or not.</param>
    /// <returns>The file, which is the image in memory as well.</returns>
    internal static byte[] Link(
        ElfFile source, string name, string version, IReadOnlyList<SharedSymbol> symbols, IReadOnlyDictionary<string, long> outside, IDictionary<string, long> inside)
        => new SharedObject(source, outside).Write(name, version, symbols, inside);

    private byte[] Write(string name, string version, IReadOnlyList<SharedSymbol> symbols, IDictionary<string, long> inside)
    {
        SharedSymbolTable table = new(symbols, name, version);
        _file.Write(new byte[HeaderSize + (3 * SegmentSize)]);

        // Sizes are known before addresses: tables first, code last.
        Part hash = Add(".hash", HashTable, 8, table.Hash(), entrySize: 4);
        Part gnuHash = Add(".gnu.hash", GnuHashTable, 8, table.GnuHash());
        Part symbolPart = Add(".dynsym", DynamicSymbols, 8, new byte[table.Count * SymbolSize], entrySize: SymbolSize);
        Part names = Add(".dynstr", StringTable, 1, table.Names);
        Part versions = Add(".gnu.version", VersionSymbols, 2, table.Versions(), entrySize: 2);
        Part definitions = Add(".gnu.version_d", VersionDefinitions, 8, table.VersionDefinitions());
        Part dynamic = Add(".dynamic", DynamicTable, 8, new byte[Dynamic(table, hash, gnuHash, symbolPart, names, versions, definitions).Length], entrySize: 16);
        ElfSection frames = Section(".eh_frame");
        Part index = Add(".eh_frame_hdr", ProgramBits, 4, new byte[FrameIndex(_source.Contents(frames), 0, 0).Length]);
        Part framePart = Add(".eh_frame", ProgramBits, 8, [.. _source.Contents(frames), 0, 0, 0, 0]);
        ElfSection code = Section(".text");
        Part text = Add(".text", ProgramBits, (int)Math.Max(code.Alignment, 16), _source.Contents(code).ToArray(), isCode: true);

        var addresses = new Dictionary<int, long> { [code.Index] = text.Offset, [frames.Index] = framePart.Offset };
        byte[] image = WithSectionHeaders(symbolPart, names);
        Relocate(image, code, text.Offset, addresses);
        Relocate(image, frames, framePart.Offset, addresses);
        ReadOnlySpan<byte> relocatedFrames = image.AsSpan(framePart.Offset, (int)frames.Size);
        FrameIndex(relocatedFrames, index.Offset, framePart.Offset).CopyTo(image.AsSpan(index.Offset));
        Dynamic(table, hash, gnuHash, symbolPart, names, versions, definitions).CopyTo(image.AsSpan(dynamic.Offset));
        foreach (ElfSymbol symbol in _source.Symbols.Where(s => s.Name.Length > 0 && addresses.ContainsKey(s.SectionIndex)))
            inside[symbol.Name] = AddressOf(symbol, addresses);
        int textIndex = _parts.IndexOf(text);
        table.Symbols(symbol => AddressOf(_source.Symbols.First(s => s.Name == symbol), addresses), SizeOf, textIndex).CopyTo(image.AsSpan(symbolPart.Offset));
        WriteHeader(image);
        WriteSegment(image, 0, 1, 5, new Part("", 0, 0, 1) { Size = image.Length }, 4096);
        WriteSegment(image, 1, 2, 4, dynamic, 8);
        WriteSegment(image, 2, 0x6474_e550, 4, index, 4); // PT_GNU_EH_FRAME
        return image;
    }

    private long SizeOf(string symbol) => (long)_source.Symbols.First(s => s.Name == symbol).Size;

    private ElfSection Section(string name) => _source.FindSection(name) ?? throw _source.Malformed($"it has no section {name}");

    private Part Add(string name, uint type, int alignment, byte[] contents, bool isCode = false, int entrySize = 0)
    {
        Pad(alignment);
        Part part = new(name, type, (int)_file.Position, alignment) { Size = contents.Length, IsCode = isCode, EntrySize = entrySize };
        _parts.Add(part);
        _file.Write(contents);
        return part;
    }

    private void Pad(int alignment)
    {
        while (_file.Position % alignment != 0)
            _file.WriteByte(0);
    }

    private static byte[] Dynamic(SharedSymbolTable table, Part hash, Part gnuHash, Part symbols, Part names, Part versions, Part definitions)
    {
        (ulong Tag, long Value)[] entries =
        [
            (14, table.NameOffset), // DT_SONAME
            (4, hash.Offset),
            (0x6fff_fef5, gnuHash.Offset),
            (5, names.Offset), // DT_STRTAB
            (6, symbols.Offset), // DT_SYMTAB
            (10, names.Size), // DT_STRSZ
            (11, SymbolSize), // DT_SYMENT
            (0x6fff_fff0, versions.Offset), // DT_VERSYM
            (0x6fff_fffc, definitions.Offset), // DT_VERDEF
            (0x6fff_fffd, SharedSymbolTable.DefinitionCount), // DT_VERDEFNUM
            (0, 0),
        ];
        byte[] bytes = new byte[entries.Length * 16];
        for (int i = 0; i < entries.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(i * 16), entries[i].Tag);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan((i * 16) + 8), entries[i].Value);
        }

        return bytes;
    }

    /// <summary>The search table of an unwinder: functions by address, and where their frames are described.</summary>
    private static byte[] FrameIndex(ReadOnlySpan<byte> frames, int indexAddress, int framesAddress)
    {
        var entries = new List<(int Function, int Description)>();
        for (int at = 0; at + 8 <= frames.Length;)
        {
            int length = BinaryPrimitives.ReadInt32LittleEndian(frames[at..]);
            int id = BinaryPrimitives.ReadInt32LittleEndian(frames[(at + 4)..]);
            if (length == 0)
                break;
            if (id != 0)
            {
                int function = framesAddress + at + 8 + BinaryPrimitives.ReadInt32LittleEndian(frames[(at + 8)..]);
                entries.Add((function - indexAddress, framesAddress + at - indexAddress));
            }

            at += length + 4;
        }

        entries.Sort();
        byte[] bytes = new byte[12 + (entries.Count * 8)];
        bytes[0] = 1; // version
        bytes[1] = 0x1b; // pointer to the frames: relative to itself, 4 bytes
        bytes[2] = 0x03; // count: 4 bytes
        bytes[3] = 0x3b; // table: relative to this section, 4 bytes
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), framesAddress - (indexAddress + 4));
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), entries.Count);
        for (int i = 0; i < entries.Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12 + (i * 8)), entries[i].Function);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16 + (i * 8)), entries[i].Description);
        }

        return bytes;
    }

    private void Relocate(byte[] image, ElfSection section, int start, Dictionary<int, long> addresses)
    {
        foreach (ElfRelocation relocation in _source.Relocations(section))
        {
            long place = start + (long)relocation.Offset;
            if (relocation.Type is not (ElfRelocationType.PcRelative32 or ElfRelocationType.Plt32))
                throw _source.Malformed($"a relocation of type {relocation.Type} in {section.Name} would need a dynamic linker");
            long value = AddressOf(relocation.Symbol, addresses) + relocation.Addend - place;
            BinaryPrimitives.WriteInt32LittleEndian(image.AsSpan((int)place), checked((int)value));
        }
    }

    private long AddressOf(ElfSymbol symbol, Dictionary<int, long> addresses)
    {
        if (!symbol.IsUndefined)
            return addresses[symbol.SectionIndex] + (long)symbol.Value;
        return _outside.TryGetValue(symbol.Name, out long address) ? address : throw _source.Malformed($"nothing defines {symbol.Name}");
    }

    private byte[] WithSectionHeaders(Part symbols, Part names)
    {
        Part nameTable = new(".shstrtab", StringTable, (int)_file.Position, 1);
        _parts.Add(nameTable);
        var offsets = new List<int>();
        foreach (Part part in _parts)
        {
            offsets.Add((int)_file.Position - nameTable.Offset);
            _file.Write(Encoding.ASCII.GetBytes(part.Name));
            _file.WriteByte(0);
        }

        nameTable.Size = (int)_file.Position - nameTable.Offset;
        Pad(8);
        byte[] header = new byte[SectionHeaderSize];
        for (int i = 0; i < _parts.Count; i++)
        {
            Part part = _parts[i];
            Array.Clear(header);
            BinaryPrimitives.WriteInt32LittleEndian(header, offsets[i]);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), part.Type);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), i == 0 || part == nameTable ? 0 : part.IsCode ? 6 : 2);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), part == nameTable ? 0 : part.Offset);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), part.Offset);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(32), part.Size);
            Part? link = part.Type is DynamicSymbols or DynamicTable or VersionDefinitions ? names
                : part.Type is HashTable or GnuHashTable or VersionSymbols ? symbols
                : null;
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(40), link is null ? 0 : _parts.IndexOf(link));
            int info = part.Type == DynamicSymbols ? 1 : part.Type == VersionDefinitions ? SharedSymbolTable.DefinitionCount : 0;
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(44), info);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(48), i == 0 ? 0 : part.Alignment);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(56), part.EntrySize);
            _file.Write(header);
        }

        return _file.ToArray();
    }

    private void WriteHeader(Span<byte> image)
    {
        "\u007fELF"u8.CopyTo(image);
        image[4] = 2; // 64-bit
        image[5] = 1; // little-endian
        image[6] = 1; // version
        BinaryPrimitives.WriteUInt16LittleEndian(image[16..], (ushort)ElfFileType.Dynamic);
        BinaryPrimitives.WriteUInt16LittleEndian(image[18..], MachineX64);
        BinaryPrimitives.WriteUInt32LittleEndian(image[20..], 1);
        BinaryPrimitives.WriteInt64LittleEndian(image[32..], HeaderSize);
        BinaryPrimitives.WriteInt64LittleEndian(image[40..], image.Length - (_parts.Count * SectionHeaderSize));
        BinaryPrimitives.WriteUInt16LittleEndian(image[52..], HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(image[54..], SegmentSize);
        BinaryPrimitives.WriteUInt16LittleEndian(image[56..], 3);
        BinaryPrimitives.WriteUInt16LittleEndian(image[58..], SectionHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(image[60..], checked((ushort)_parts.Count));
        BinaryPrimitives.WriteUInt16LittleEndian(image[62..], checked((ushort)(_parts.Count - 1)));
    }

    private static void WriteSegment(Span<byte> image, int index, uint type, uint access, Part part, int alignment)
    {
        Span<byte> to = image[(HeaderSize + (index * SegmentSize))..];
        BinaryPrimitives.WriteUInt32LittleEndian(to, type);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], access);
        for (int field = 8; field < 32; field += 8)
            BinaryPrimitives.WriteInt64LittleEndian(to[field..], part.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(to[32..], part.Size);
        BinaryPrimitives.WriteInt64LittleEndian(to[40..], part.Size);
        BinaryPrimitives.WriteInt64LittleEndian(to[48..], alignment);
    }

    private sealed class Part(string name, uint type, int offset, int alignment)
    {
        internal string Name { get; } = name;

        internal uint Type { get; } = type;

        internal int Offset { get; } = offset;

        internal int Alignment { get; } = alignment;

        internal int Size { get; set; }

        internal bool IsCode { get; init; }

        internal int EntrySize { get; init; }
    }
}
