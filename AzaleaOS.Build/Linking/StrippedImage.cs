using System.Buffers.Binary;
using AzaleaOS.Build.Elf;

namespace AzaleaOS.Build.Linking;

/// <summary>The copy of a kernel that goes into images: headers and loaded segments, nothing else.</summary>
/// <remarks>
/// Zeros at the end of a segment are left out of the file; the loader clears them as it clears .bss.
/// Boot loaders copy segments and do not map the file, so segments lie next to each other, not on pages:
/// p_align says <see cref="Alignment"/>, to which p_offset and p_vaddr agree. (Multiboot2 wants its
/// header at a multiple of 8 in the file.)
/// </remarks>
internal static class StrippedImage
{
    private const int HeaderSize = 64;
    private const int SegmentEntrySize = 56;
    private const ulong Alignment = 64;

    /// <summary>Writes the copy.</summary>
    internal static byte[] Of(ElfFile kernel)
    {
        ElfSegment[] segments = [.. kernel.Segments.Where(s => s.Type != ElfSegmentType.Load || s.MemorySize > 0)];
        var offsets = new ulong[segments.Length];
        var lengths = new ulong[segments.Length];
        ulong end = (ulong)(HeaderSize + (segments.Length * SegmentEntrySize));
        for (int i = 0; i < segments.Length; i++)
        {
            ElfSegment segment = segments[i];
            if (segment.Type != ElfSegmentType.Load)
                continue;
            lengths[i] = (ulong)kernel.Contents(segment).TrimEnd((byte)0).Length;
            offsets[i] = end + ((segment.VirtualAddress - end) % Alignment);
            end = lengths[i] > 0 ? offsets[i] + lengths[i] : end;
        }

        var image = new byte[end];
        kernel.Bytes[..HeaderSize].CopyTo(image);
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(32), HeaderSize);
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(40), 0);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(56), (ushort)segments.Length);
        image.AsSpan(58, 6).Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(58), 64);
        for (int i = 0; i < segments.Length; i++)
        {
            ElfSegment segment = segments[i];
            if (segment.Type == ElfSegmentType.Load)
            {
                kernel.Contents(segment)[..(int)lengths[i]].CopyTo(image.AsSpan((int)offsets[i]));
            }
            else
            {
                // A note is a part of a loaded segment.
                int holder = Array.FindIndex(segments, s => s.Type == ElfSegmentType.Load
                    && segment.VirtualAddress >= s.VirtualAddress
                    && segment.VirtualAddress - s.VirtualAddress + segment.FileSize <= s.FileSize);
                if (holder < 0)
                    throw kernel.Malformed("a note is in no loaded segment");
                offsets[i] = offsets[holder] + (segment.VirtualAddress - segments[holder].VirtualAddress);
                lengths[i] = segment.FileSize;
            }

            Span<byte> header = image.AsSpan(HeaderSize + (i * SegmentEntrySize), SegmentEntrySize);
            BinaryPrimitives.WriteUInt32LittleEndian(header, (uint)segment.Type);
            BinaryPrimitives.WriteUInt32LittleEndian(header[4..], (uint)segment.Attributes);
            BinaryPrimitives.WriteUInt64LittleEndian(header[8..], offsets[i]);
            BinaryPrimitives.WriteUInt64LittleEndian(header[16..], segment.VirtualAddress);
            BinaryPrimitives.WriteUInt64LittleEndian(header[24..], segment.PhysicalAddress);
            BinaryPrimitives.WriteUInt64LittleEndian(header[32..], lengths[i]);
            BinaryPrimitives.WriteUInt64LittleEndian(header[40..], segment.MemorySize);
            BinaryPrimitives.WriteUInt64LittleEndian(header[48..], Math.Min(segment.Alignment, Alignment));
        }

        return image;
    }
}
