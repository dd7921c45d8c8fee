using System.Buffers.Binary;
using System.Text;

namespace AzaleaOS.Build.Elf;

/// <summary>Writes an ELF64 relocatable object for x86-64: sections, symbols, relocations.</summary>
/// <remarks>
/// The same calls give the same bytes: nothing depends on time, path or hash order. A section
/// <c>.note.GNU-stack</c> (no executable stack) is always added.
/// Source: System V gABI, chapters 4 and 5; System V ABI for AMD64, 4.4.
/// </remarks>
public sealed class ElfObjectWriter
{
    private const int HeaderSize = 64;
    private const int SectionHeaderSize = 64;
    private const int SymbolSize = 24;
    private const int RelocationSize = 24;
    private const ushort MachineX64 = 62;

    // gABI: sh_info of a section with this attribute is a section's index.
    private const ElfSectionAttributes InfoLink = (ElfSectionAttributes)0x40;

    private readonly List<ElfObjectSection> _sections = [];
    private readonly List<ElfObjectSymbol> _symbols = [];
    private readonly Dictionary<string, ElfObjectSymbol> _globals = new(StringComparer.Ordinal);

    /// <summary>The sections, in the order they were added.</summary>
    public IReadOnlyList<ElfObjectSection> Sections => _sections;

    /// <summary>The symbols, in the order they were added.</summary>
    public IReadOnlyList<ElfObjectSymbol> Symbols => _symbols;

    /// <summary>The section of that name; added with the usual type and attributes of the name if it is not there yet.</summary>
    /// <exception cref="ArgumentException">The name is none of .text, .rodata, .data, .bss, .note, .eh_frame, .multiboot2 or one of their ".name.part" forms.</exception>
    public ElfObjectSection Section(string name)
    {
        ElfObjectSection? known = _sections.Find(s => s.Name == name);
        if (known is not null)
            return known;

        const ElfSectionAttributes Read = ElfSectionAttributes.Allocate;
        const ElfSectionAttributes Write = ElfSectionAttributes.Allocate | ElfSectionAttributes.Write;
        return StandardName(name) switch
        {
            ".text" => AddSection(name, ElfSectionType.ProgramBits, Read | ElfSectionAttributes.Execute),
            ".rodata" or ".multiboot2" => AddSection(name, ElfSectionType.ProgramBits, Read),
            ".eh_frame" => AddSection(name, ElfSectionType.ProgramBits, Read),
            ".data" => AddSection(name, ElfSectionType.ProgramBits, Write),
            ".bss" => AddSection(name, ElfSectionType.NoBits, Write),
            ".note" => AddSection(name, ElfSectionType.Note, Read),
            _ => throw new ArgumentException($"section {name} is none of .text, .rodata, .data, .bss, .note, .eh_frame, .multiboot2", nameof(name)),
        };
    }

    /// <summary>Adds a section.</summary>
    public ElfObjectSection AddSection(string name, ElfSectionType type, ElfSectionAttributes attributes)
    {
        if (_sections.Exists(s => s.Name == name))
            throw new ArgumentException($"section {name} is there already", nameof(name));
        var section = new ElfObjectSection(name, type, attributes);
        _sections.Add(section);
        return section;
    }

    /// <summary>Defines a symbol at an offset of a section.</summary>
    /// <param name="name">The name; unique among global symbols.</param>
    /// <param name="section">Where it is.</param>
    /// <param name="offset">Its first byte, from the section's start.</param>
    /// <param name="size">Its length in bytes; 0 if it has none.</param>
    /// <param name="type">What it names.</param>
    /// <param name="binding">Who sees it.</param>
    /// <exception cref="ArgumentException">A global symbol of that name is defined already.</exception>
    public ElfObjectSymbol Define(
        string name,
        ElfObjectSection section,
        long offset,
        long size = 0,
        ElfSymbolType type = ElfSymbolType.Function,
        ElfSymbolBinding binding = ElfSymbolBinding.Global)
    {
        if (binding == ElfSymbolBinding.Local)
        {
            var local = new ElfObjectSymbol(name);
            local.Place(section, offset, size, type, binding);
            _symbols.Add(local);
            return local;
        }

        ElfObjectSymbol symbol = Reference(name);
        if (symbol.Section is not null)
            throw new ArgumentException($"symbol {name} is defined twice", nameof(name));
        symbol.Place(section, offset, size, type, binding);
        return symbol;
    }

    /// <summary>The global symbol of that name: defined here, before or later, or in another object.</summary>
    public ElfObjectSymbol Reference(string name)
    {
        if (!_globals.TryGetValue(name, out ElfObjectSymbol? symbol))
        {
            symbol = new ElfObjectSymbol(name);
            _globals.Add(name, symbol);
            _symbols.Add(symbol);
        }

        return symbol;
    }

    /// <summary>Writes the object to a file; its folder is made if need be.</summary>
    public void Write(string path)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is not null)
            Directory.CreateDirectory(folder);
        File.WriteAllBytes(path, ToArray());
    }

    /// <summary>The object's bytes.</summary>
    public byte[] ToArray()
    {
        // Local symbols first: the gABI wants it, and sh_info says where the others begin.
        List<ElfObjectSymbol> symbols = [.. _symbols.Where(s => s.Binding == ElfSymbolBinding.Local)];
        int firstGlobal = symbols.Count + 1;
        symbols.AddRange(_symbols.Where(s => s.Binding != ElfSymbolBinding.Local));
        var symbolIndex = new Dictionary<ElfObjectSymbol, int>();
        for (int i = 0; i < symbols.Count; i++)
            symbolIndex.Add(symbols[i], i + 1);

        List<ElfObjectSection> sections = [.. _sections];
        if (!sections.Exists(s => s.Name == ".note.GNU-stack"))
            sections.Add(new ElfObjectSection(".note.GNU-stack", ElfSectionType.ProgramBits, ElfSectionAttributes.None));
        var sectionIndex = new Dictionary<ElfObjectSection, int>();
        for (int i = 0; i < sections.Count; i++)
            sectionIndex.Add(sections[i], i + 1);

        List<ElfObjectSection> relocated = sections.FindAll(s => s.Relocations.Count > 0);
        int symbolTableIndex = sections.Count + relocated.Count + 1;

        var strings = new NameTable();
        var sectionNames = new NameTable();
        var headers = new List<Header> { default };
        using var file = new MemoryStream();
        file.SetLength(HeaderSize);
        file.Position = HeaderSize;

        foreach (ElfObjectSection section in sections)
        {
            bool inFile = section.Type != ElfSectionType.NoBits;
            Pad(file, inFile ? section.Alignment : 1);
            headers.Add(new Header(
                sectionNames.Add(section.Name), section.Type, section.Attributes, file.Position, section.Size, 0, 0, section.Alignment, 0));
            if (inFile)
                file.Write(section.Contents);
        }

        foreach (ElfObjectSection section in relocated)
        {
            Pad(file, 8);
            headers.Add(new Header(
                sectionNames.Add(".rela" + section.Name),
                ElfSectionType.Rela,
                InfoLink,
                file.Position,
                (long)section.Relocations.Count * RelocationSize,
                symbolTableIndex,
                sectionIndex[section],
                8,
                RelocationSize));
            foreach (ElfObjectRelocation relocation in section.Relocations)
                Write(file, relocation, symbolIndex);
        }

        Pad(file, 8);
        long symbolTable = file.Position;
        file.Write(new byte[SymbolSize]);
        foreach (ElfObjectSymbol symbol in symbols)
            Write(file, symbol, strings, symbol.Section is null ? 0 : sectionIndex[symbol.Section]);
        headers.Add(new Header(
            sectionNames.Add(".symtab"),
            ElfSectionType.SymbolTable,
            ElfSectionAttributes.None,
            symbolTable,
            file.Position - symbolTable,
            symbolTableIndex + 1,
            firstGlobal,
            8,
            SymbolSize));

        headers.Add(new Header(
            sectionNames.Add(".strtab"), ElfSectionType.StringTable, ElfSectionAttributes.None, file.Position, strings.Length, 0, 0, 1, 0));
        strings.CopyTo(file);

        int namesIndex = headers.Count;
        int namesName = sectionNames.Add(".shstrtab");
        headers.Add(new Header(
            namesName, ElfSectionType.StringTable, ElfSectionAttributes.None, file.Position, sectionNames.Length, 0, 0, 1, 0));
        sectionNames.CopyTo(file);

        Pad(file, 8);
        long headerTable = file.Position;
        foreach (Header header in headers)
            Write(file, header);

        file.Position = 0;
        WriteFileHeader(file, headerTable, headers.Count, namesIndex);
        return file.ToArray();
    }

    private static string StandardName(string name)
    {
        int second = name.IndexOf('.', 1);
        return second < 0 ? name : name[..second];
    }

    private static void Pad(MemoryStream file, int alignment)
    {
        while (file.Position % alignment != 0)
            file.WriteByte(0);
    }

    private static void WriteFileHeader(MemoryStream file, long headerTable, int headerCount, int namesIndex)
    {
        Span<byte> b = stackalloc byte[HeaderSize];
        b.Clear();
        "\u007fELF"u8.CopyTo(b);
        b[4] = 2; // 64-bit
        b[5] = 1; // little-endian
        b[6] = 1; // version
        BinaryPrimitives.WriteUInt16LittleEndian(b[16..], (ushort)ElfFileType.Relocatable);
        BinaryPrimitives.WriteUInt16LittleEndian(b[18..], MachineX64);
        BinaryPrimitives.WriteUInt32LittleEndian(b[20..], 1);
        BinaryPrimitives.WriteInt64LittleEndian(b[40..], headerTable);
        BinaryPrimitives.WriteUInt16LittleEndian(b[52..], HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(b[58..], SectionHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(b[60..], checked((ushort)headerCount));
        BinaryPrimitives.WriteUInt16LittleEndian(b[62..], checked((ushort)namesIndex));
        file.Write(b);
    }

    private static void Write(MemoryStream file, Header header)
    {
        Span<byte> b = stackalloc byte[SectionHeaderSize];
        b.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(b, header.Name);
        BinaryPrimitives.WriteUInt32LittleEndian(b[4..], (uint)header.Type);
        BinaryPrimitives.WriteUInt64LittleEndian(b[8..], (ulong)header.Attributes);
        BinaryPrimitives.WriteInt64LittleEndian(b[24..], header.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(b[32..], header.Size);
        BinaryPrimitives.WriteInt32LittleEndian(b[40..], header.Link);
        BinaryPrimitives.WriteInt32LittleEndian(b[44..], header.Info);
        BinaryPrimitives.WriteInt64LittleEndian(b[48..], header.Alignment);
        BinaryPrimitives.WriteInt64LittleEndian(b[56..], header.EntrySize);
        file.Write(b);
    }

    private static void Write(MemoryStream file, ElfObjectSymbol symbol, NameTable strings, int sectionIndex)
    {
        Span<byte> b = stackalloc byte[SymbolSize];
        BinaryPrimitives.WriteInt32LittleEndian(b, strings.Add(symbol.Name));
        b[4] = (byte)(((int)symbol.Binding << 4) | (int)symbol.Type);
        b[5] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(b[6..], checked((ushort)sectionIndex));
        BinaryPrimitives.WriteInt64LittleEndian(b[8..], symbol.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(b[16..], symbol.Size);
        file.Write(b);
    }

    private static void Write(MemoryStream file, ElfObjectRelocation relocation, Dictionary<ElfObjectSymbol, int> symbolIndex)
    {
        if (!symbolIndex.TryGetValue(relocation.Symbol, out int index))
            throw new InvalidOperationException($"a relocation names symbol {relocation.Symbol.Name} of another object");
        Span<byte> b = stackalloc byte[RelocationSize];
        BinaryPrimitives.WriteInt64LittleEndian(b, relocation.Offset);
        BinaryPrimitives.WriteUInt64LittleEndian(b[8..], ((ulong)index << 32) | (uint)relocation.Type);
        BinaryPrimitives.WriteInt64LittleEndian(b[16..], relocation.Addend);
        file.Write(b);
    }

    private readonly record struct Header(
        int Name,
        ElfSectionType Type,
        ElfSectionAttributes Attributes,
        long Offset,
        long Size,
        int Link,
        int Info,
        int Alignment,
        int EntrySize);

    /// <summary>Names with a zero after each; equal names are stored once.</summary>
    private sealed class NameTable
    {
        private readonly List<byte> _names = [0];
        private readonly Dictionary<string, int> _offsets = new(StringComparer.Ordinal) { [""] = 0 };

        internal int Length => _names.Count;

        internal int Add(string name)
        {
            if (!_offsets.TryGetValue(name, out int offset))
            {
                offset = _names.Count;
                _offsets.Add(name, offset);
                _names.AddRange(Encoding.UTF8.GetBytes(name));
                _names.Add(0);
            }

            return offset;
        }

        internal void CopyTo(MemoryStream file) => file.Write(_names.ToArray());
    }
}
