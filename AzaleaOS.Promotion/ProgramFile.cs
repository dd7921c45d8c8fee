using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Promotion;

/// <summary>A static x86-64 program as bytes, checked: what this type hands out lies in the file.</summary>
internal sealed class ProgramFile
{
    private const uint SectionSymbols = 2; // SHT_SYMTAB
    private const uint SectionNoBits = 8; // SHT_NOBITS
    private const ulong SectionExecutable = 4; // SHF_EXECINSTR
    private const int SectionHeaderBytes = 64;
    private const int SymbolBytes = 24;

    private readonly byte[] _bytes;

    internal ProgramFile(byte[] bytes)
    {
        _bytes = bytes;
        if (bytes.Length < 64 || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != ElfConstants.Magic)
            throw new PromotionException("not an ELF file");
        Header = MemoryMarshal.Read<ElfHeader>(bytes);
        if (bytes[4] != ElfConstants.Class64 || bytes[5] != ElfConstants.LittleEndian || Header.Machine != ElfConstants.MachineX64)
            throw new PromotionException("not a 64-bit program for x86-64");
        if (Header.Type is not (ElfConstants.TypeExecutable or ElfConstants.TypeShared) || Header.ProgramHeaderSize != 56)
            throw new PromotionException("an ELF file, but not a program");
        Segments = MemoryMarshal.Cast<byte, ElfProgramHeader>(Slice(Header.ProgramHeaders, (ulong)Header.ProgramHeaderCount * 56)).ToArray();
        foreach (ElfProgramHeader segment in Segments)
        {
            switch (segment.Type)
            {
                case ElfConstants.SegmentInterpreter:
                    throw new PromotionException("a dynamically linked program; link it with -static or -static-pie");
                case PromotionTable.SegmentType:
                    throw new PromotionException("promoted already");
                case ElfConstants.SegmentLoad when segment.FileSize > segment.MemorySize || segment.VirtualAddress + segment.MemorySize < segment.VirtualAddress:
                    throw new PromotionException("a segment with an impossible size");
                case ElfConstants.SegmentLoad:
                    Slice(segment.Offset, segment.FileSize);
                    break;
            }
        }

        if (Loaded.All(segment => segment.MemorySize == 0))
            throw new PromotionException("it has no segment to load");
        ReadSections();
        Code = [.. CodeRanges()];
    }

    internal ElfHeader Header { get; }

    internal ElfProgramHeader[] Segments { get; }

    /// <summary>PT_LOAD, as they stand in the file.</summary>
    internal IEnumerable<ElfProgramHeader> Loaded => Segments.Where(segment => segment.Type == ElfConstants.SegmentLoad);

    /// <summary>Where code is: the executable sections, or without section headers the executable segments. By address.</summary>
    internal IReadOnlyList<AddressRange> Code { get; }

    /// <summary>The .eh_frame section, empty if the file has none that it names.</summary>
    internal AddressRange Frames { get; private set; }

    /// <summary>Every symbol with an address in code: functions, and the labels of assembly.</summary>
    internal List<ProgramSymbol> Symbols { get; } = [];

    internal ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Loaded bytes from an address to the end of its segment's part in the file; empty if no segment has it.</summary>
    internal ReadOnlySpan<byte> At(ulong address)
    {
        int offset = OffsetOf(address, out int length);
        return offset < 0 ? [] : _bytes.AsSpan(offset, length);
    }

    /// <summary>Where a loaded byte is in the file; -1 if it is not in it.</summary>
    internal int OffsetOf(ulong address, out int length)
    {
        foreach (ElfProgramHeader segment in Segments)
        {
            ulong distance = address - segment.VirtualAddress;
            if (segment.Type == ElfConstants.SegmentLoad && distance < segment.FileSize)
            {
                length = (int)(segment.FileSize - distance);
                return (int)(segment.Offset + distance);
            }
        }

        length = 0;
        return -1;
    }

    /// <summary>True if an address is in <see cref="Code"/>.</summary>
    internal bool IsCode(ulong address)
    {
        foreach (AddressRange range in Code)
        {
            if (range.Contains(address))
                return true;
        }

        return false;
    }

    private ReadOnlySpan<byte> Slice(ulong offset, ulong length)
        => offset <= (ulong)_bytes.Length && length <= (ulong)_bytes.Length - offset
            ? _bytes.AsSpan((int)offset, (int)length)
            : throw new PromotionException("it ends before its headers say");

    private IEnumerable<AddressRange> CodeRanges()
    {
        AddressRange[] ranges = [.. _executableSections.Count > 0
            ? _executableSections
            : Loaded.Where(segment => (segment.Flags & ElfConstants.FlagExecute) != 0).Select(segment => new AddressRange(segment.VirtualAddress, segment.VirtualAddress + segment.FileSize))];
        return ranges.Where(range => range.End > range.Start).OrderBy(range => range.Start);
    }

    private readonly List<AddressRange> _executableSections = [];

    private void ReadSections()
    {
        if (Header.SectionHeaderCount == 0 || Header.SectionHeaderSize != SectionHeaderBytes)
            return;
        ReadOnlySpan<byte> headers = Slice(Header.SectionHeaders, (ulong)Header.SectionHeaderCount * SectionHeaderBytes);
        if (Header.SectionNames >= Header.SectionHeaderCount)
            throw new PromotionException("its section headers make no sense");
        ReadOnlySpan<byte> names = SectionBytes(headers, Header.SectionNames);
        for (int i = 0; i < Header.SectionHeaderCount; i++)
        {
            ReadOnlySpan<byte> header = headers[(i * SectionHeaderBytes)..];
            uint type = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
            ulong flags = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
            ulong size = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
            if (type == SectionNoBits || type == 0)
                continue;
            bool isLoaded = address != 0 && (ulong)At(address).Length >= size;
            if ((flags & SectionExecutable) != 0 && isLoaded)
                _executableSections.Add(new AddressRange(address, address + size));
            else if (isLoaded && Name(names, BinaryPrimitives.ReadUInt32LittleEndian(header)) == ".eh_frame")
                Frames = new AddressRange(address, address + size);
            else if (type == SectionSymbols && BinaryPrimitives.ReadUInt32LittleEndian(header[40..]) is var link && link < Header.SectionHeaderCount)
                ReadSymbols(SectionBytes(headers, i), SectionBytes(headers, (int)link));
        }
    }

    private ReadOnlySpan<byte> SectionBytes(ReadOnlySpan<byte> headers, int index)
    {
        ReadOnlySpan<byte> header = headers[(index * SectionHeaderBytes)..];
        return BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == SectionNoBits
            ? []
            : Slice(BinaryPrimitives.ReadUInt64LittleEndian(header[24..]), BinaryPrimitives.ReadUInt64LittleEndian(header[32..]));
    }

    private void ReadSymbols(ReadOnlySpan<byte> table, ReadOnlySpan<byte> names)
    {
        for (int i = 0; i + SymbolBytes <= table.Length; i += SymbolBytes)
        {
            ReadOnlySpan<byte> entry = table[i..];
            int type = entry[4] & 15;
            bool isDefined = BinaryPrimitives.ReadUInt16LittleEndian(entry[6..]) is > 0 and < 0xff00;

            // NOTYPE, FUNC and IFUNC; not sections, files, data or thread storage.
            if (isDefined && type is 0 or 2 or 10)
                Symbols.Add(new ProgramSymbol(Name(names, BinaryPrimitives.ReadUInt32LittleEndian(entry)), BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]), type != 0));
        }
    }

    private static string Name(ReadOnlySpan<byte> names, uint offset)
    {
        if (offset >= (uint)names.Length)
            return "";
        ReadOnlySpan<byte> rest = names[(int)offset..];
        int end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
