using AzaleaOS.Build.Diagnostics;

namespace AzaleaOS.Build.Elf;

/// <summary>Which line of which file an address comes from: DWARF's .debug_line, versions 2 to 5.</summary>
/// <remarks>ilc writes version 4. Source: DWARF 4 and 5, section 6.2.</remarks>
public sealed class LineTable
{
    private const int OpCopy = 1;
    private const int OpAdvancePc = 2;
    private const int OpAdvanceLine = 3;
    private const int OpSetFile = 4;
    private const int OpConstAddPc = 8;
    private const int OpFixedAdvancePc = 9;
    private const int ExtendedEndSequence = 1;
    private const int ExtendedSetAddress = 2;
    private const int ContentPath = 1;
    private const int ContentDirectory = 2;

    private readonly LineRow[] _rows;

    private LineTable(LineRow[] rows) => _rows = rows;

    /// <summary>All rows by address. A row holds until the next one.</summary>
    public IReadOnlyList<LineRow> Rows => _rows;

    /// <summary>Reads the line tables of all files of an image.</summary>
    /// <exception cref="BuildException">AZ5004: a table is malformed.</exception>
    public static LineTable Read(ElfImage image)
    {
        var rows = new List<LineRow>();
        foreach (ElfImageSection section in image.Sections.Where(s => s.Section.Name == ".debug_line"))
        {
            byte[] strings = Bytes(image, section.File, ".debug_str");
            byte[] lineStrings = Bytes(image, section.File, ".debug_line_str");
            try
            {
                var reader = new ByteReader(CompressedSection.Contents(section));
                while (!reader.AtEnd)
                    ReadUnit(ref reader, strings, lineStrings, rows);
            }
            catch (InvalidDataException e)
            {
                throw section.File.Malformed($".debug_line: {e.Message}");
            }
        }

        // ilc ends no sequence between functions: the last line of one must not reach into the next.
        HashSet<ulong> known = [.. rows.Where(r => r.Line != 0).Select(r => r.Address)];
        rows.AddRange(image.Functions.Where(f => !known.Contains(f.Address)).Select(f => new LineRow(f.Address, "", 0)));

        // Stable: of several rows for one address the last one holds, but the end of a sequence yields to a start.
        LineRow[] sorted = [.. rows.OrderBy(r => r.Address).ThenBy(r => r.Line == 0 ? 0 : 1)];
        return new LineTable(sorted);
    }

    /// <summary>The rows that begin in a range.</summary>
    public IEnumerable<LineRow> Within(ulong begin, ulong end)
    {
        for (int at = IndexAt(begin - 1) + 1; at < _rows.Length && _rows[at].Address < end; at++)
        {
            if (_rows[at].Address >= begin)
                yield return _rows[at];
        }
    }

    /// <summary>The row an address belongs to, or null.</summary>
    public LineRow? Find(ulong address)
    {
        int found = IndexAt(address);
        return found >= 0 && _rows[found].Line != 0 ? _rows[found] : null;
    }

    /// <summary>The last row at or below an address; -1 for none.</summary>
    private int IndexAt(ulong address) => AddressOrder.LastAtOrBelow(_rows, row => row.Address, address);

    private static byte[] Bytes(ElfImage image, ElfFile file, string name)
        => image.Sections.FirstOrDefault(s => s.File == file && s.Section.Name == name) is { } section ? CompressedSection.Contents(section) : [];

    private static void ReadUnit(ref ByteReader section, byte[] strings, byte[] lineStrings, List<LineRow> rows)
    {
        ulong length = section.U32();
        bool is64 = length == 0xffffffff;
        if (is64)
            length = section.U64();
        if (length == 0)
            return;
        var unit = new ByteReader(section.Take(length));
        int version = unit.U16();
        if (version is < 2 or > 5)
            throw new InvalidDataException($"version {version} is not known");
        int addressSize = 8;
        if (version >= 5)
        {
            addressSize = unit.U8();
            unit.U8();
        }

        ulong headerLength = unit.Unsigned(is64 ? 8 : 4);
        var header = new ByteReader(unit.Take(headerLength));
        int minimumInstruction = header.U8();
        if (version >= 4)
            header.U8();
        header.U8();
        int lineBase = (sbyte)header.U8();
        int lineRange = header.U8();
        int opcodeBase = header.U8();
        if (lineRange == 0 || opcodeBase == 0)
            throw new InvalidDataException("a line range or an opcode base of 0");
        ReadOnlySpan<byte> operandCounts = header.Take((ulong)opcodeBase - 1);
        List<string> files = version >= 5
            ? ReadFilesV5(ref header, is64, strings, lineStrings)
            : ReadFilesV4(ref header);

        Run(ref unit, new Parameters(addressSize, minimumInstruction, lineBase, lineRange, opcodeBase, FirstFile: version >= 5 ? 0 : 1), operandCounts, files, rows);
    }

    private static List<string> ReadFilesV4(ref ByteReader header)
    {
        List<string> directories = [""];
        for (string name = header.Text(); name.Length > 0; name = header.Text())
            directories.Add(name);
        var files = new List<string>();
        for (string name = header.Text(); name.Length > 0; name = header.Text())
        {
            int directory = header.SmallUleb();
            header.Uleb();
            header.Uleb();
            files.Add(Join(directories, directory, name));
        }

        return files;
    }

    private static List<string> ReadFilesV5(ref ByteReader header, bool is64, byte[] strings, byte[] lineStrings)
    {
        var directories = new List<string>();
        foreach ((string path, int _) in ReadEntries(ref header, is64, strings, lineStrings))
            directories.Add(path);
        var files = new List<string>();
        foreach ((string path, int directory) in ReadEntries(ref header, is64, strings, lineStrings))
            files.Add(Join(directories, directory, path));
        return files;
    }

    private static List<(string Path, int Directory)> ReadEntries(ref ByteReader header, bool is64, byte[] strings, byte[] lineStrings)
    {
        int formatCount = header.U8();
        var formats = new (ulong Content, ulong Form)[formatCount];
        for (int i = 0; i < formatCount; i++)
            formats[i] = (header.Uleb(), header.Uleb());
        int count = header.SmallUleb();
        if (count > header.Left || (count > 0 && formatCount == 0))
            throw new InvalidDataException($"{count} files or directories cannot be in so few bytes");
        var entries = new List<(string, int)>(count);
        for (int i = 0; i < count; i++)
        {
            string path = "";
            int directory = 0;
            foreach ((ulong content, ulong form) in formats)
            {
                (string? text, ulong number) = ReadForm(ref header, form, is64, strings, lineStrings);
                if (content == ContentPath)
                    path = text ?? throw new InvalidDataException("a path that is not text");
                else if (content == ContentDirectory)
                    directory = number <= int.MaxValue ? (int)number : throw new InvalidDataException("a directory number that is too large");
            }

            entries.Add((path, directory));
        }

        return entries;
    }

    // DWARF 5, 7.5.6.
    private static (string? Text, ulong Number) ReadForm(ref ByteReader reader, ulong form, bool is64, byte[] strings, byte[] lineStrings)
    {
        switch (form)
        {
            case 0x08: return (reader.Text(), 0);
            case 0x0e: return (TextAt(strings, reader.Unsigned(is64 ? 8 : 4)), 0);
            case 0x1f: return (TextAt(lineStrings, reader.Unsigned(is64 ? 8 : 4)), 0);
            case 0x0b: return (null, reader.U8());
            case 0x05: return (null, reader.U16());
            case 0x06: return (null, reader.U32());
            case 0x07: return (null, reader.U64());
            case 0x0f: return (null, reader.Uleb());
            case 0x1e: reader.Take(16); return (null, 0);
            case 0x09: reader.Take(reader.Uleb()); return (null, 0);
            default: throw new InvalidDataException($"form 0x{form:x} is not known");
        }
    }

    private static string TextAt(byte[] table, ulong offset)
    {
        if (offset >= (ulong)table.Length)
            throw new InvalidDataException("a name lies outside the string table");
        var reader = new ByteReader(table.AsSpan((int)offset));
        return reader.Text();
    }

    private static string Join(List<string> directories, int directory, string name)
    {
        if (name.StartsWith('/') || directory >= directories.Count || directories[directory].Length == 0)
            return name;
        return $"{directories[directory]}/{name}";
    }

    private static void Run(ref ByteReader program, Parameters p, ReadOnlySpan<byte> operandCounts, List<string> files, List<LineRow> rows)
    {
        ulong address = 0;
        ulong file = 1;
        long line = 1;
        bool started = false;

        void Emit()
        {
            ulong index = file - (ulong)p.FirstFile;
            bool known = line is > 0 and <= int.MaxValue && index < (ulong)files.Count;
            rows.Add(new LineRow(address, known ? files[(int)index] : "", known ? (int)line : 0));
            started = true;
        }

        while (!program.AtEnd)
        {
            int opcode = program.U8();
            if (opcode >= p.OpcodeBase)
            {
                int adjusted = opcode - p.OpcodeBase;
                address += (ulong)(adjusted / p.LineRange * p.MinimumInstruction);
                line += p.LineBase + (adjusted % p.LineRange);
                Emit();
                continue;
            }

            switch (opcode)
            {
                case 0:
                    var extended = new ByteReader(program.Take(program.Uleb()));
                    if (extended.AtEnd)
                        break;
                    switch (extended.U8())
                    {
                        case ExtendedEndSequence:
                            if (started)
                                rows.Add(new LineRow(address, "", 0));
                            (address, file, line, started) = (0, 1, 1, false);
                            break;
                        case ExtendedSetAddress:
                            address = extended.Unsigned(p.AddressSize);
                            break;
                    }

                    break;
                case OpCopy:
                    Emit();
                    break;
                case OpAdvancePc:
                    address += program.Uleb() * (ulong)p.MinimumInstruction;
                    break;
                case OpAdvanceLine:
                    line += program.Sleb();
                    break;
                case OpSetFile:
                    file = program.Uleb();
                    break;
                case OpConstAddPc:
                    address += (ulong)((255 - p.OpcodeBase) / p.LineRange * p.MinimumInstruction);
                    break;
                case OpFixedAdvancePc:
                    address += program.U16();
                    break;
                default:
                    for (int i = operandCounts[opcode - 1]; i > 0; i--)
                        program.Uleb();
                    break;
            }
        }
    }

    private readonly record struct Parameters(
        int AddressSize, int MinimumInstruction, int LineBase, int LineRange, int OpcodeBase, int FirstFile);
}
