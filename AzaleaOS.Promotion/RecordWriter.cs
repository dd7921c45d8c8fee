using System.Buffers.Binary;
using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Promotion;

/// <summary>Says how a promoted program differs from the original, for a loader that has the original.</summary>
internal static class RecordWriter
{
    /// <summary>A <see cref="PromotionRecord"/> with what belongs behind it, without its end; <see cref="PromotionRecord.ProgramOffset"/> is 0.</summary>
    internal static byte[] Write(byte[] original, byte[] promoted)
    {
        ElfHeader header = MemoryMarshal.Read<ElfHeader>(promoted);
        ReadOnlySpan<byte> added = promoted.AsSpan((int)header.ProgramHeaders);
        List<PromotedWord> words = [];
        foreach (ElfProgramHeader segment in MemoryMarshal.Cast<byte, ElfProgramHeader>(added)[..header.ProgramHeaderCount])
        {
            bool isCode = segment.Type == ElfConstants.SegmentLoad && (segment.Flags & ElfConstants.FlagExecute) != 0;
            if (isCode && segment.Offset + segment.FileSize <= (ulong)original.Length)
                Compare(original, promoted, (int)segment.Offset, (int)(segment.Offset + segment.FileSize), words);
        }

        var record = new PromotionRecord
        {
            ProgramBytes = (ulong)original.Length,
            Words = (uint)words.Count,
            Headers = header.ProgramHeaderCount,
            AddedBytes = (ulong)added.Length,
        };
        return [.. MemoryMarshal.AsBytes(new ReadOnlySpan<PromotionRecord>(in record)), .. MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(words)), .. added];
    }

    private static void Compare(byte[] original, byte[] promoted, int start, int end, List<PromotedWord> words)
    {
        const int WordBytes = sizeof(ulong);
        for (int at = start; at < end;)
        {
            int different = original.AsSpan(at, end - at).CommonPrefixLength(promoted.AsSpan(at, end - at)) + at;
            if (different == end)
                break;
            int place = Math.Max(start, Math.Min(different, end - WordBytes));
            words.Add(new PromotedWord
            {
                Offset = (ulong)place,
                Old = BinaryPrimitives.ReadUInt64LittleEndian(original.AsSpan(place)),
                New = BinaryPrimitives.ReadUInt64LittleEndian(promoted.AsSpan(place)),
            });
            at = place + WordBytes;
        }
    }
}
