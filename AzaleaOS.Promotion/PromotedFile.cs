using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Promotion;

/// <summary>Writes a program with its stubs: the old file with calls in place of its sites, and new segments behind it.</summary>
internal static class PromotedFile
{
    private const int Page = 4096;
    private const int HeaderBytes = 56;
    private const byte NopByte = 0x90;
    private const byte AddressSizePrefix = 0x67;
    private const int MostPrefixes = 3;

    /// <summary>The new file.</summary>
    /// <returns>Null if the addresses for the tables are taken.</returns>
    internal static byte[]? Write(ProgramFile program, StubPlacement placement)
    {
        List<StubSegment> segments = placement.Segments();
        bool hasFrameTable = program.Segments.Any(segment => segment.Type == ElfConstants.SegmentFrameTable);
        int headerCount = program.Segments.Length + segments.Count + 2 + (hasFrameTable ? 0 : 1);
        int table = headerCount * HeaderBytes;
        int tableBytes = Marshal.SizeOf<PromotionTable>() + (placement.Stubs.Count * sizeof(uint));
        int frames = (table + tableBytes + 7) & ~7;
        int frameBytes = FrameInformation.Size(program, segments.Count);
        int dataBytes = frames + frameBytes;
        // The relays, if there are any, begin where the program ends; then come the tables, and far behind them the stubs.
        ulong imageEnd = (ulong)RoundUp((long)program.Loaded.Max(segment => segment.VirtualAddress + segment.MemorySize));
        StubSegment stubs = segments.First(segment => segment.Address > imageEnd);
        ulong address = stubs.Address - (ulong)RoundUp(dataBytes);
        if (stubs != segments[0])
            imageEnd += (ulong)segments[0].Bytes.Length;
        if (headerCount > ushort.MaxValue || address < imageEnd)
            return null;

        int dataOffset = (int)RoundUp(program.Bytes.Length);
        byte[] file = new byte[dataOffset + RoundUp(dataBytes) + segments.Sum(segment => (long)segment.Bytes.Length)];
        program.Bytes.CopyTo(file);
        foreach ((PromotionWindow window, ulong destination) in placement.Destinations())
            WriteCall(file, program, window, destination);
        WriteTable(file.AsSpan(dataOffset + table), address + (ulong)table, placement.Stubs);
        FrameInformation.Write(program, segments, address + (ulong)frames).CopyTo(file, dataOffset + frames);

        ElfProgramHeader tables = Load(ElfConstants.FlagRead, (ulong)dataOffset, address, (ulong)dataBytes);
        var added = new List<ElfProgramHeader>();
        ulong offset = (ulong)(dataOffset + RoundUp(dataBytes));
        foreach (StubSegment segment in segments)
        {
            if (segment == stubs)
                added.Add(tables);
            segment.Bytes.CopyTo(file, (int)offset);
            added.Add(Load(ElfConstants.FlagRead | ElfConstants.FlagExecute, offset, segment.Address, (ulong)segment.Bytes.Length));
            offset += (ulong)segment.Bytes.Length;
        }

        int searchBytes = FrameInformation.SearchBytes(program, segments.Count);
        int search = frames + frameBytes - searchBytes;
        ElfProgramHeader[] headers = Headers(
            program,
            added,
            new(ElfConstants.SegmentHeaders, dataOffset, address, headerCount * HeaderBytes),
            new(PromotionTable.SegmentType, dataOffset + table, address + (ulong)table, tableBytes),
            new(ElfConstants.SegmentFrameTable, dataOffset + search, address + (ulong)search, searchBytes));
        MemoryMarshal.AsBytes(headers.AsSpan()).CopyTo(file.AsSpan(dataOffset));
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(32), (ulong)dataOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(56), (ushort)headerCount);
        return file;
    }

    private static ElfProgramHeader[] Headers(ProgramFile program, List<ElfProgramHeader> added, Part headers, Part table, Part frameTable)
    {
        var all = new List<ElfProgramHeader>();
        int last = Array.FindLastIndex(program.Segments, segment => segment.Type == ElfConstants.SegmentLoad);
        for (int i = 0; i < program.Segments.Length; i++)
        {
            all.Add(program.Segments[i].Type switch
            {
                ElfConstants.SegmentHeaders => headers.Header(),
                ElfConstants.SegmentFrameTable => frameTable.Header(),
                _ => program.Segments[i],
            });
            if (i == last)
                all.AddRange(added);
        }

        all.Add(table.Header());
        if (!program.Segments.Any(segment => segment.Type == ElfConstants.SegmentFrameTable))
            all.Add(frameTable.Header());
        return [.. all];
    }

    // The padding is in front, so that the call returns to where syscall went on.
    private static void WriteCall(byte[] file, ProgramFile program, PromotionWindow window, ulong destination)
    {
        const int CallBytes = 5;
        int length = (int)(window.End - window.Start);
        Span<byte> bytes = file.AsSpan(program.OffsetOf(window.Start, out _), length);
        window.Kept.CopyTo(bytes);
        bytes = bytes[window.Kept.Length..];
        WritePadding(bytes[..^CallBytes]);
        bytes[^CallBytes] = 0xe8;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[^(CallBytes - 1)..], (int)(destination - window.End));
    }

    // Up to three bytes are address-size prefixes of the call, on which they have no effect, as linkers write them (x86-64 psABI, B.2). More are one
    // nop: SDM vol. 2B, NOP, with more operand-size prefixes.
    private static void WritePadding(Span<byte> bytes)
    {
        if (bytes.Length <= MostPrefixes)
        {
            bytes.Fill(AddressSizePrefix);
            return;
        }

        byte[] longest = [0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0];
        byte[][] forms = [[], [NopByte], [0x66, NopByte], [0x0f, 0x1f, 0], [0x0f, 0x1f, 0x40, 0], [0x0f, 0x1f, 0x44, 0, 0], [0x66, 0x0f, 0x1f, 0x44, 0, 0], [0x0f, 0x1f, 0x80, 0, 0, 0, 0], longest];
        byte[] form = forms[Math.Min(bytes.Length, longest.Length)];
        bytes[..(bytes.Length - form.Length)].Fill(0x66);
        form.CopyTo(bytes[(bytes.Length - form.Length)..]);
    }

    private static void WriteTable(Span<byte> table, ulong address, IReadOnlyList<PlannedStub> stubs)
    {
        MemoryMarshal.Write(table, new PromotionTable { Count = (uint)stubs.Count });
        Span<byte> offsets = table[Marshal.SizeOf<PromotionTable>()..];
        for (int i = 0; i < stubs.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(offsets[(i * sizeof(uint))..], checked((uint)(stubs[i].Tail - address)));
    }

    private static ElfProgramHeader Load(uint flags, ulong offset, ulong address, ulong size) => new()
    {
        Type = ElfConstants.SegmentLoad,
        Flags = flags,
        Offset = offset,
        VirtualAddress = address,
        PhysicalAddress = address,
        FileSize = size,
        MemorySize = size,
        Alignment = Page,
    };

    private static long RoundUp(long bytes) => (bytes + Page - 1) & -Page;

    /// <summary>A part of the new data segment that has a header of its own.</summary>
    private sealed record Part(uint Type, int Offset, ulong Address, int Bytes)
    {
        internal ElfProgramHeader Header() => new()
        {
            Type = Type,
            Flags = ElfConstants.FlagRead,
            Offset = (ulong)Offset,
            VirtualAddress = Address,
            PhysicalAddress = Address,
            FileSize = (ulong)Bytes,
            MemorySize = (ulong)Bytes,
            Alignment = 8,
        };
    }
}
