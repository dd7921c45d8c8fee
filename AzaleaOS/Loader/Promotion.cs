using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;

namespace AzaleaOS.Loader;

/// <summary>Leads the stubs of a promoted program to the kernel. The program works without it as well, by <c>syscall</c>.</summary>
internal static unsafe class Promotion
{
    // From its first byte to behind it: cli, and a jump through memory relative to rip.
    private const int DistanceOffset = 3;

    /// <summary>From where on in the file segments are promotion's, bytes; behind every file when the program was not promoted.</summary>
    /// <remarks>All that promotion adds stands behind the program's own bytes, the segment with the table first.</remarks>
    internal static ulong AddedOffset(in ElfImage image)
    {
        ulong table = TableOf(image);
        for (int i = 0; i < image.SegmentCount && table != 0; i++)
        {
            ElfProgramHeader segment = image[i];
            if (segment.Type == ElfConstants.SegmentLoad && table - segment.VirtualAddress < segment.FileSize)
            {
                return segment.Offset;
            }
        }

        return ulong.MaxValue;
    }

    /// <summary>Writes the jumps, while the program's pages can still be written. <see cref="ElfImage"/> has checked the table.</summary>
    internal static void Connect(in ElfImage image, ulong bias)
    {
        ulong table = TableOf(image);
        if (table != 0)
        {
            Connect((PromotionTable*)(bias + table), SystemCalls.PromotedEntry);
        }
    }

    /// <summary>The same for one table.</summary>
    internal static void Connect(PromotionTable* table, ulong entry)
    {
        Unsafe.WriteUnaligned(&table->Entry, entry);
        uint count = Unsafe.ReadUnaligned<uint>(&table->Count);
        for (uint i = 0; i < count; i++)
        {
            byte* tail = (byte*)table + Unsafe.ReadUnaligned<uint>((uint*)(table + 1) + i);
            Unsafe.WriteUnaligned(tail, PromotionTable.ConnectedTail);
            Unsafe.WriteUnaligned(tail + DistanceOffset, (int)((byte*)table - (tail + PromotionTable.TailBytes)));
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
