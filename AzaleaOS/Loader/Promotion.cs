using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Loader;

/// <summary>Leads the stubs of a promoted program to the kernel. The program works without it as well, by <c>syscall</c>.</summary>
internal static unsafe class Promotion
{
    /// <summary>From where on in the file segments are promotion's, bytes; behind every file when the program was not promoted.</summary>
    /// <remarks>All that promotion adds stands behind the program's own bytes, the segment with the table first.</remarks>
    internal static ulong AddedOffset(in ElfImage image)
    {
        ulong table = TableOf(image);
        for (int i = 0; i < image.SegmentCount && table != 0; i++)
        {
            ref readonly ElfProgramHeader segment = ref image[i];
            if (segment.Type == ElfConstants.SegmentLoad && table - segment.VirtualAddress < segment.FileSize)
            {
                return segment.Offset;
            }
        }

        return ulong.MaxValue;
    }

    /// <summary>Writes the jumps, while the program's pages can still be written. <see cref="ElfImage"/> has checked the table.</summary>
    /// <returns>False without memory.</returns>
    internal static bool Connect(in ElfImage image, AddressSpace* space, ulong bias)
    {
        ulong table = bias + TableOf(image);
        if (!image.Promotion.IsThere)
        {
            Connect((PromotionTable*)table, SystemCalls.PromotedEntry);
            return true;
        }

        // The record has the jumps already, in pages that are lent.
        ulong inside = table % AddressSpace.PageSize;
        byte* page = space->CopyLent(table - inside);
        if (page != null)
        {
            ((PromotionTable*)(page + inside))->Entry = SystemCalls.PromotedEntry;
        }

        return page != null;
    }

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
