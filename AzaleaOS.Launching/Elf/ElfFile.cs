using System.Buffers.Binary;
using System.Text;
using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Elf;

/// <summary>Reads ELF64 objects and executables for x86-64.</summary>
/// <remarks>
/// Everything is checked when the file is opened: a header that points outside the file, a name
/// without an end or a relocation of a symbol that does not exist is an error AZ5004, never a crash.
/// Source: System V gABI, chapters 4 and 5.
/// </remarks>
public sealed class ElfFile
{
    private const int HeaderSize = 64;
    private const int SegmentEntrySize = 56;
    private const int SectionEntrySize = 64;
    private const int SymbolEntrySize = 24;
    private const int RelocationEntrySize = 24;
    private const ushort MachineX64 = 62;

    private readonly byte[] _bytes;
    private readonly Dictionary<int, ElfRelocation[]> _relocations = [];

    private ElfFile(byte[] bytes, string path)
    {
        _bytes = bytes;
        Path = path;
    }

    /// <summary>The path given to <see cref="Open"/>, for messages.</summary>
    public string Path { get; }

    /// <summary>The file as it is on disk.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Object or executable.</summary>
    public ElfFileType Type { get; private set; }

    /// <summary>The address execution starts at.</summary>
    public ulong Entry { get; private set; }

    /// <summary>The sections, in order; number 0 is the unused one.</summary>
    public IReadOnlyList<ElfSection> Sections { get; private set; } = [];

    /// <summary>The segments, in order. Objects have none.</summary>
    public IReadOnlyList<ElfSegment> Segments { get; private set; } = [];

    /// <summary>The symbols, in order; number 0 is the unused one.</summary>
    public IReadOnlyList<ElfSymbol> Symbols { get; private set; } = [];

    /// <summary>Reads a file.</summary>
    /// <exception cref="BuildException">AZ5004: the file is missing or not a well-formed ELF64 file.</exception>
    public static ElfFile Open(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BuildException("AZ5004", $"cannot read {path}: {e.Message}");
        }

        return Parse(bytes, path);
    }

    /// <summary>Reads a file that is already in memory.</summary>
    /// <exception cref="BuildException">AZ5004: not a well-formed ELF64 file.</exception>
    public static ElfFile Parse(byte[] bytes, string path)
    {
        var file = new ElfFile(bytes, path);
        file.ReadHeader();
        return file;
    }

    /// <summary>The first section of a name, or null.</summary>
    public ElfSection? FindSection(string name)
    {
        foreach (ElfSection section in Sections)
        {
            if (section.Index != 0 && section.Name == name)
                return section;
        }

        return null;
    }

    /// <summary>The bytes of a section in the file; empty for NoBits.</summary>
    public ReadOnlySpan<byte> Contents(ElfSection section) => section.Type is ElfSectionType.NoBits or ElfSectionType.Null
        ? default
        : _bytes.AsSpan((int)section.Offset, (int)section.Size);

    /// <summary>The bytes of a segment in the file.</summary>
    public ReadOnlySpan<byte> Contents(ElfSegment segment) => _bytes.AsSpan((int)segment.Offset, (int)segment.FileSize);

    /// <summary>The relocations that apply to a section, in the order of the file.</summary>
    public IReadOnlyList<ElfRelocation> Relocations(ElfSection section)
        => _relocations.TryGetValue(section.Index, out ElfRelocation[]? found) ? found : [];

    /// <summary>An error about this file.</summary>
    internal BuildException Malformed(string what) => new("AZ5004", $"{Path} is not a well-formed ELF64 file: {what}");

    private void ReadHeader()
    {
        ReadOnlySpan<byte> b = _bytes;
        if (b.Length < HeaderSize || !b.StartsWith("\u007fELF"u8))
            throw Malformed("it does not begin with an ELF header");
        if (b[4] != 2 || b[5] != 1)
            throw Malformed("it is not 64-bit little-endian");
        ushort machine = U16(18);
        if (machine != MachineX64)
            throw Malformed($"it is for machine {machine}, not x86-64 ({MachineX64})");

        Type = (ElfFileType)U16(16);
        if (Type is not (ElfFileType.Relocatable or ElfFileType.Executable or ElfFileType.Dynamic))
            throw Malformed($"type {(int)Type} is neither an object nor an executable");
        Entry = U64(24);
        ulong segmentTable = U64(32);
        ulong sectionTable = U64(40);
        ReadSegments(segmentTable, U16(54), U16(56));
        ReadSections(sectionTable, U16(58), U16(60), U16(62));
        ReadSymbols();
        foreach (ElfSection section in Sections)
        {
            // Those of executables have addresses in place of offsets, and are for the dynamic linker or the program itself.
            if (section.Type == ElfSectionType.Rela && Type == ElfFileType.Relocatable)
                ReadRelocations(section);
            else if (section.Type == ElfSectionType.Rel)
                throw Malformed($"section {section.Name} holds relocations without addends, which x86-64 does not use");
        }
    }

    private void ReadSegments(ulong table, ushort entrySize, ushort count)
    {
        if (count == 0)
            return;
        if (entrySize != SegmentEntrySize)
            throw Malformed($"program headers of {entrySize} bytes instead of {SegmentEntrySize}");
        CheckRange(table, (ulong)count * SegmentEntrySize, "the program headers");
        var segments = new ElfSegment[count];
        for (int i = 0; i < count; i++)
        {
            int at = (int)table + (i * SegmentEntrySize);
            var segment = new ElfSegment(
                (ElfSegmentType)U32(at),
                (ElfSegmentAttributes)U32(at + 4),
                Offset: U64(at + 8),
                VirtualAddress: U64(at + 16),
                PhysicalAddress: U64(at + 24),
                FileSize: U64(at + 32),
                MemorySize: U64(at + 40),
                Alignment: U64(at + 48));
            CheckRange(segment.Offset, segment.FileSize, $"segment {i}");
            if (segment.Type == ElfSegmentType.Load && segment.MemorySize < segment.FileSize)
                throw Malformed($"segment {i} is larger in the file than in memory");
            segments[i] = segment;
        }

        Segments = segments;
    }

    private void ReadSections(ulong table, ushort entrySize, uint count, uint namesIndex)
    {
        if (table == 0)
            return;
        if (entrySize != SectionEntrySize)
            throw Malformed($"section headers of {entrySize} bytes instead of {SectionEntrySize}");
        CheckRange(table, SectionEntrySize, "the section headers");

        // gABI, "Sections": a file with many sections keeps their number and the index of the names in header 0.
        const uint Extended = 0xffff;
        if (count == 0)
            count = (uint)Math.Min(U64((int)table + 32), uint.MaxValue);
        if (namesIndex == Extended)
            namesIndex = U32((int)table + 40);
        CheckRange(table, (ulong)count * SectionEntrySize, "the section headers");
        if (count == 0)
            return;
        if (namesIndex >= count)
            throw Malformed($"its section names are said to be in section {namesIndex} of {count}");

        int namesHeader = (int)table + ((int)namesIndex * SectionEntrySize);
        ReadOnlySpan<byte> names = namesIndex == 0
            ? default
            : Range(U64(namesHeader + 24), U64(namesHeader + 32), "the section names");
        var sections = new ElfSection[count];
        for (int i = 0; i < sections.Length; i++)
        {
            int at = (int)table + (i * SectionEntrySize);
            var section = new ElfSection(
                i,
                namesIndex == 0 ? "" : Name(names, U32(at), $"section {i}"),
                (ElfSectionType)U32(at + 4),
                (ElfSectionAttributes)U64(at + 8),
                Address: U64(at + 16),
                Offset: U64(at + 24),
                Size: U64(at + 32),
                Link: U32(at + 40),
                Info: U32(at + 44),
                Alignment: U64(at + 48),
                EntrySize: U64(at + 56));
            if (section.Type is not (ElfSectionType.NoBits or ElfSectionType.Null))
                CheckRange(section.Offset, section.Size, $"section {section.Name}");
            if (section.Type != ElfSectionType.Null && (section.Alignment & (section.Alignment - 1)) != 0 && section.Alignment != 0)
                throw Malformed($"section {section.Name} is aligned to {section.Alignment}, not a power of two");
            sections[i] = section;
        }

        Sections = sections;
    }

    private void ReadSymbols()
    {
        ElfSection? table = null;
        foreach (ElfSection section in Sections)
        {
            if (section.Type != ElfSectionType.SymbolTable)
                continue;
            if (table is not null)
                throw Malformed("it has two symbol tables");
            table = section;
        }

        if (table is null)
            return;
        if (table.EntrySize != SymbolEntrySize || table.Size % SymbolEntrySize != 0)
            throw Malformed($"symbols of {table.EntrySize} bytes instead of {SymbolEntrySize}");
        if (table.Link >= Sections.Count || Sections[(int)table.Link].Type != ElfSectionType.StringTable)
            throw Malformed("the symbol table has no names");

        ReadOnlySpan<byte> names = Contents(Sections[(int)table.Link]);
        var symbols = new ElfSymbol[(int)(table.Size / SymbolEntrySize)];
        for (int i = 0; i < symbols.Length; i++)
        {
            int at = (int)table.Offset + (i * SymbolEntrySize);
            byte info = _bytes[at + 4];
            ushort sectionIndex = U16(at + 6);
            const ushort FirstReserved = 0xff00;
            if (sectionIndex >= Sections.Count && sectionIndex < FirstReserved)
                throw Malformed($"symbol {i} is in section {sectionIndex} of {Sections.Count}");
            symbols[i] = new ElfSymbol(
                i,
                Name(names, U32(at), $"symbol {i}"),
                Value: U64(at + 8),
                Size: U64(at + 16),
                (ElfSymbolType)(info & 15),
                (ElfSymbolBinding)(info >> 4),
                sectionIndex);
        }

        Symbols = symbols;
    }

    private void ReadRelocations(ElfSection table)
    {
        if (table.EntrySize != RelocationEntrySize || table.Size % RelocationEntrySize != 0)
            throw Malformed($"relocations of {table.EntrySize} bytes instead of {RelocationEntrySize}");
        if (table.Info == 0 || table.Info >= Sections.Count)
            throw Malformed($"section {table.Name} relocates section {table.Info} of {Sections.Count}");
        ElfSection target = Sections[(int)table.Info];
        if (_relocations.ContainsKey(target.Index))
            throw Malformed($"section {target.Name} has two relocation tables");

        var relocations = new ElfRelocation[(int)(table.Size / RelocationEntrySize)];
        for (int i = 0; i < relocations.Length; i++)
        {
            int at = (int)table.Offset + (i * RelocationEntrySize);
            ulong offset = U64(at);
            ulong info = U64(at + 8);
            var type = (ElfRelocationType)(uint)info;
            uint symbol = (uint)(info >> 32);
            if (symbol >= Symbols.Count)
                throw Malformed($"a relocation of {target.Name} names symbol {symbol} of {Symbols.Count}");
            uint width = Width(type);
            if (offset > target.Size || target.Size - offset < width)
                throw Malformed($"a relocation of {target.Name} lies outside of it");
            relocations[i] = new ElfRelocation(offset, type, Symbols[(int)symbol], (long)U64(at + 16));
        }

        _relocations.Add(target.Index, relocations);
    }

    /// <summary>Bytes that a relocation writes; 0 for types that the kernel's objects do not have.</summary>
    internal static uint Width(ElfRelocationType type) => type switch
    {
        ElfRelocationType.Absolute64 or ElfRelocationType.PcRelative64 => 8,
        ElfRelocationType.PcRelative32 or ElfRelocationType.Plt32
            or ElfRelocationType.Absolute32 or ElfRelocationType.Absolute32Signed => 4,
        ElfRelocationType.Absolute16 => 2,
        _ => 0,
    };

    private string Name(ReadOnlySpan<byte> names, uint offset, string what)
    {
        if (offset == 0 && names.IsEmpty)
            return "";
        if (offset >= (uint)names.Length)
            throw Malformed($"the name of {what} is outside the name table");
        ReadOnlySpan<byte> tail = names[(int)offset..];
        int end = tail.IndexOf((byte)0);
        if (end < 0)
            throw Malformed($"the name of {what} has no end");
        return Encoding.UTF8.GetString(tail[..end]);
    }

    private ReadOnlySpan<byte> Range(ulong offset, ulong size, string what)
    {
        CheckRange(offset, size, what);
        return _bytes.AsSpan((int)offset, (int)size);
    }

    private void CheckRange(ulong offset, ulong size, string what)
    {
        ulong length = (ulong)_bytes.Length;
        if (offset > length || size > length - offset)
            throw Malformed($"{what} (offset {offset}, {size} bytes) lies outside the file of {length} bytes");
    }

    private ushort U16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(at));

    private uint U32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(at));

    private ulong U64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(at));
}
