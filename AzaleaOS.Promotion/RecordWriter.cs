using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Promotion;

/// <summary>Says how a promoted program differs from the original, for a loader that has the original.</summary>
internal static class RecordWriter
{
    private const int Page = (int)PromotionRecord.Alignment;

    /// <summary>A <see cref="PromotionRecord"/> with what belongs behind it, without its end; <see cref="PromotionRecord.ProgramOffset"/> is 0.</summary>
    internal static byte[] Write(byte[] original, byte[] promoted)
    {
        ElfHeader header = MemoryMarshal.Read<ElfHeader>(promoted);
        byte[] added = promoted[(int)header.ProgramHeaders..];
        ElfProgramHeader[] segments = MemoryMarshal.Cast<byte, ElfProgramHeader>(added)[..header.ProgramHeaderCount].ToArray();
        SortedDictionary<int, PromotedPage> pages = [];
        foreach (ElfProgramHeader segment in segments)
        {
            bool isCode = segment.Type == ElfConstants.SegmentLoad && (segment.Flags & ElfConstants.FlagExecute) != 0;
            if (isCode && segment.Offset + segment.FileSize <= (ulong)original.Length)
                Compare(original, promoted, (int)segment.Offset, (int)(segment.Offset + segment.FileSize), pages);
        }

        Connect(added, header.ProgramHeaders, segments);
        var record = new PromotionRecord
        {
            ProgramBytes = (ulong)original.Length,
            Pages = (uint)pages.Count,
            Headers = header.ProgramHeaderCount,
            AddedBytes = (ulong)added.Length,
        };
        using var stream = new MemoryStream();
        stream.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<PromotionRecord>(in record)));
        stream.Write(MemoryMarshal.AsBytes(pages.Values.ToArray().AsSpan()));
        stream.Write(new byte[(int)(-stream.Length & (Page - 1))]);
        foreach (int offset in pages.Keys)
        {
            byte[] page = new byte[Page];
            promoted.AsSpan(offset, Math.Min(Page, promoted.Length - offset)).CopyTo(page);
            stream.Write(page);
        }

        stream.Write(added);
        return stream.ToArray();
    }

    private static void Compare(byte[] original, byte[] promoted, int start, int end, SortedDictionary<int, PromotedPage> pages)
    {
        for (int at = start; at < end; at = (at & -Page) + Page)
        {
            int pageEnd = Math.Min(end, (at & -Page) + Page);
            int different = original.AsSpan(at, pageEnd - at).CommonPrefixLength(promoted.AsSpan(at, pageEnd - at)) + at;
            if (different == pageEnd)
                continue;
            int mark = Math.Min(different, original.Length - sizeof(ulong));
            pages[at & -Page] = new PromotedPage { Offset = (ulong)(at & -Page), Mark = (ulong)mark, Old = BinaryPrimitives.ReadUInt64LittleEndian(original.AsSpan(mark)) };
        }
    }

    // What the loader does to a promoted file, done once and for all: only the kernel knows where its entry is.
    private static void Connect(Span<byte> added, ulong addedOffset, ElfProgramHeader[] segments)
    {
        ElfProgramHeader header = segments.First(segment => segment.Type == PromotionTable.SegmentType);
        ReadOnlySpan<byte> table = added[(int)(header.Offset - addedOffset)..];
        uint count = MemoryMarshal.Read<PromotionTable>(table).Count;
        ReadOnlySpan<byte> offsets = table[Marshal.SizeOf<PromotionTable>()..];
        for (int i = 0; i < count; i++)
        {
            ulong tail = header.VirtualAddress + BinaryPrimitives.ReadUInt32LittleEndian(offsets[(i * sizeof(uint))..]);
            ElfProgramHeader around = segments.First(segment => segment.Type == ElfConstants.SegmentLoad && segment.Offset >= addedOffset && tail - segment.VirtualAddress < segment.FileSize);
            Span<byte> bytes = added[(int)(around.Offset - addedOffset + (tail - around.VirtualAddress))..];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, PromotionTable.ConnectedTail);
            BinaryPrimitives.WriteInt32LittleEndian(bytes[PromotionTable.JumpDistanceOffset..], (int)(header.VirtualAddress - (tail + PromotionTable.TailBytes)));
        }
    }
}
