using System.Buffers.Binary;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Promotion;

/// <summary>Unwinding information for the stubs: each is a function that was called, with its return address on top of the stack.</summary>
/// <remarks>
/// So an unwinder gets from a signal's handler through a stub into the function that makes the call. The search table names the new entries besides those
/// that the program has. Source: Linux Standard Base Core 5.0, 10.6.
/// </remarks>
internal static class FrameInformation
{
    private const int CommonBytes = 24;
    private const int EntryBytes = 24;
    private const int SearchHeaderBytes = 12;

    // The common part: version 1, "zR", code alignment 1, data alignment -8, return address in column 16, pointers relative and of
    // four bytes; def_cfa rsp + 8, and the return address at cfa - 8.
    private static readonly byte[] s_common = [1, (byte)'z', (byte)'R', 0, 1, 0x78, 16, 1, 0x1b, 0x0c, 7, 8, 0x90, 1];

    /// <summary>Bytes that <see cref="Write"/> makes.</summary>
    internal static int Size(ProgramFile program, int segments) => CommonBytes + (segments * EntryBytes) + 4 + SearchBytes(program, segments);

    /// <summary>Bytes of the search table, at the end.</summary>
    internal static int SearchBytes(ProgramFile program, int segments) => SearchHeaderBytes + ((OldTable(program).Length + segments) * 8);

    /// <summary>Writes the entries and behind them the search table.</summary>
    internal static byte[] Write(ProgramFile program, IReadOnlyList<StubSegment> segments, ulong address)
    {
        byte[] bytes = new byte[Size(program, segments.Count)];
        Span<byte> common = bytes;
        BinaryPrimitives.WriteUInt32LittleEndian(common, CommonBytes - 4);
        s_common.CopyTo(common[8..]);
        var entries = new List<(ulong Code, ulong Entry)>(OldTable(program));
        for (int i = 0; i < segments.Count; i++)
        {
            int at = CommonBytes + (i * EntryBytes);
            Span<byte> entry = bytes.AsSpan(at);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, EntryBytes - 4);
            BinaryPrimitives.WriteInt32LittleEndian(entry[4..], at + 4);
            BinaryPrimitives.WriteInt32LittleEndian(entry[8..], (int)(segments[i].Address - (address + (ulong)at + 8)));
            BinaryPrimitives.WriteInt32LittleEndian(entry[12..], segments[i].Bytes.Length);
            entries.Add((segments[i].Address, address + (ulong)at));
        }

        int search = bytes.Length - SearchBytes(program, segments.Count);
        WriteSearch(bytes.AsSpan(search), address + (ulong)search, OldFrames(program) ?? address, [.. entries.OrderBy(entry => entry.Code)]);
        return bytes;
    }

    private static void WriteSearch(Span<byte> table, ulong address, ulong frames, (ulong Code, ulong Entry)[] entries)
    {
        new byte[] { 1, 0x1b, 0x03, 0x3b }.CopyTo(table);
        BinaryPrimitives.WriteInt32LittleEndian(table[4..], (int)(frames - (address + 4)));
        BinaryPrimitives.WriteInt32LittleEndian(table[8..], entries.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(table[(SearchHeaderBytes + (i * 8))..], (int)(entries[i].Code - address));
            BinaryPrimitives.WriteInt32LittleEndian(table[(SearchHeaderBytes + (i * 8) + 4)..], (int)(entries[i].Entry - address));
        }
    }

    private static (ulong Code, ulong Entry)[] OldTable(ProgramFile program)
    {
        if (Old(program) is not { } old)
            return [];
        ReadOnlySpan<byte> bytes = program.At(old.VirtualAddress);
        int count = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        var entries = new (ulong, ulong)[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> entry = bytes[(SearchHeaderBytes + (i * 8))..];
            entries[i] = (old.VirtualAddress + (ulong)BinaryPrimitives.ReadInt32LittleEndian(entry), old.VirtualAddress + (ulong)BinaryPrimitives.ReadInt32LittleEndian(entry[4..]));
        }

        return entries;
    }

    private static ulong? OldFrames(ProgramFile program)
        => Old(program) is { } old ? old.VirtualAddress + 4 + (ulong)BinaryPrimitives.ReadInt32LittleEndian(program.At(old.VirtualAddress)[4..]) : null;

    /// <summary>The program's own search table; null if it has none.</summary>
    private static ElfProgramHeader? Old(ProgramFile program)
    {
        foreach (ElfProgramHeader segment in program.Segments)
        {
            if (segment.Type != ElfConstants.SegmentFrameTable)
                continue;
            ReadOnlySpan<byte> bytes = program.At(segment.VirtualAddress);
            bool isKnown = bytes.Length >= SearchHeaderBytes && bytes.StartsWith((ReadOnlySpan<byte>)[1, 0x1b, 0x03, 0x3b])
                && BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) <= (uint)(bytes.Length - SearchHeaderBytes) / 8;
            return isKnown ? segment : throw new PromotionException("its table of unwinding entries has an unknown form");
        }

        return null;
    }
}
