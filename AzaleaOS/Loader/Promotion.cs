using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;

namespace AzaleaOS.Loader;

/// <summary>Leads the stubs of a promoted program to the kernel. The program works without it as well, by <c>syscall</c>.</summary>
internal static unsafe class Promotion
{
    /// <summary>From where on in the file segments are promotion's, bytes; behind every file when the program was not promoted.</summary>
    /// <remarks>All that promotion adds stands behind the program's own bytes, the segment with the table first.</remarks>
    /// <param name="image">The program.</param>
    /// <param name="table">The table as the file or the record has it; null when the program was not promoted.</param>
    internal static ulong AddedOffset(in ElfImage image, out PromotionTable* table)
    {
        ulong address = TableOf(image);
        for (int i = 0; i < image.SegmentCount && address != 0; i++)
        {
            ref readonly ElfProgramHeader segment = ref image[i];
            if (segment.Type == ElfConstants.SegmentLoad && address - segment.VirtualAddress < segment.FileSize)
            {
                table = (PromotionTable*)(image.BytesOf(segment) + (address - segment.VirtualAddress));
                return segment.Offset;
            }
        }

        table = null;
        return ulong.MaxValue;
    }

    /// <summary>Writes the jumps, while the program's pages can still be written. <see cref="ElfImage"/> has checked the table.</summary>
    internal static void Connect(in ElfImage image, ulong bias) => Connect((PromotionTable*)(bias + TableOf(image)), SystemCalls.PromotedEntry);

    /// <summary>The same for one table of a promoted file.</summary>
    internal static void Connect(PromotionTable* table, ulong entry)
    {
        Unsafe.WriteUnaligned(&table->Entry, entry);
        uint count = Unsafe.ReadUnaligned<uint>(&table->Count);
        for (uint i = 0; i < count; i++)
        {
            byte* tail = (byte*)table + Unsafe.ReadUnaligned<uint>((uint*)(table + 1) + i);
            Unsafe.WriteUnaligned(tail, PromotionTable.ConnectedTail);
            Unsafe.WriteUnaligned(tail + PromotionTable.JumpDistanceOffset, (int)((byte*)table - (tail + PromotionTable.TailBytes)));
        }
    }

    private static ulong TableOf(in ElfImage image)
    {
        for (int i = 0; i < image.SegmentCount; i++)
        {
            if (image[i].Type == PromotionTable.SegmentType)
            {
                return image[i].VirtualAddress;
            }
        }

        return 0;
    }
}
