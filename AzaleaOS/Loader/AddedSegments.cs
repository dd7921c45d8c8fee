using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Loader;

/// <summary>Puts what promotion adds to a program into an address space: many small segments, near each other, as few areas.</summary>
/// <remarks>A program that reads /proc/self/maps pays for every line, and every area costs a mapping and a protection. Pages between are there when they are touched.</remarks>
internal static unsafe class AddedSegments
{
    // Stubs lie as their sites do: a megabyte of other code may be between two.
    private const ulong LargestGap = 8 << 20;

    /// <summary>Maps them: as they will stay if a record has them, else copied, and writable until the stubs are connected.</summary>
    /// <param name="image">The program.</param>
    /// <param name="space">Where the program's own segments are already.</param>
    /// <param name="bias">What is added to the file's addresses.</param>
    /// <param name="added">From which offset in the file on segments are promotion's.</param>
    /// <returns>0, or -ENOMEM or -EEXIST.</returns>
    internal static long Load(in ElfImage image, AddressSpace* space, ulong bias, ulong added)
    {
        for (int i = 0; TryNext(image, added, ref i, out ulong start, out ulong end, out Protection protection, out int first);)
        {
            const MapFlags Flags = MapFlags.Private | MapFlags.Anonymous | MapFlags.FixedNoReplace | MapFlags.NoReserve;
            long result = space->Map(bias + start, end - start, image.Promotion.IsThere ? protection : Protection.Read | Protection.Write, Flags, AreaFlags.Lazy | AreaFlags.Lent, null, 0);
            if (result < 0)
            {
                return result;
            }

            for (int j = first; j < i; j++)
            {
                ref readonly ElfProgramHeader segment = ref image[j];
                if (!IsAdded(segment, added))
                {
                    continue;
                }

                ulong page = segment.VirtualAddress & ~(AddressSpace.PageSize - 1);
                ulong length = AddressSpace.RoundUp(segment.VirtualAddress + segment.FileSize) - page;
                if (TryLend(image, space, segment, bias + page, length))
                {
                    continue;
                }

                if (!space->PopulateNow(bias + page, length, Protection.Read | Protection.Write))
                {
                    return -Errno.ENOMEM;
                }

                Buffer.MemoryCopy(image.BytesOf(segment), (void*)(bias + segment.VirtualAddress), segment.FileSize, segment.FileSize);
                if (image.Promotion.IsThere && !space->ProtectNow(bias + page, length, protection))
                {
                    return -Errno.ENOMEM;
                }
            }
        }

        return 0;
    }

    /// <summary>Takes the right to write to what no record has.</summary>
    internal static void Protect(in ElfImage image, AddressSpace* space, ulong bias, ulong added)
    {
        for (int i = image.Promotion.IsThere ? image.SegmentCount : 0; TryNext(image, added, ref i, out ulong start, out ulong end, out Protection protection, out _);)
        {
            space->Protect(bias + start, end - start, protection);
        }
    }

    /// <summary>True for a segment that promotion added.</summary>
    internal static bool IsAdded(in ElfProgramHeader segment, ulong added)
        => segment.Type == ElfConstants.SegmentLoad && segment.Offset >= added && segment.MemorySize != 0;

    // Whole pages of the record.
    private static bool TryLend(in ElfImage image, AddressSpace* space, in ElfProgramHeader segment, ulong page, ulong length)
    {
        Protection protection = ElfImage.ProtectionOf(segment.Flags);
        ulong before = segment.VirtualAddress % AddressSpace.PageSize;
        return image.Promotion.Has(segment.Offset - before, length)
            && segment.FileSize == segment.MemorySize
            && (protection & Protection.Write) == 0
            && space->TryLendInside(page, image.BytesOf(segment) - before, length, protection);
    }

    // A group of segments with ascending addresses: its pages, and what all segments of it allow together but writing.
    private static bool TryNext(in ElfImage image, ulong added, ref int index, out ulong start, out ulong end, out Protection protection, out int first)
    {
        start = end = 0;
        protection = Protection.None;
        first = index;
        for (; index < image.SegmentCount; index++)
        {
            ref readonly ElfProgramHeader segment = ref image[index];
            if (!IsAdded(segment, added))
            {
                continue;
            }

            ulong low = segment.VirtualAddress & ~(AddressSpace.PageSize - 1);
            if (end == 0)
            {
                start = low;
            }
            else if (low < end || low - end > LargestGap)
            {
                return true;
            }

            end = AddressSpace.RoundUp(segment.VirtualAddress + segment.MemorySize);
            protection |= ElfImage.ProtectionOf(segment.Flags) & ~Protection.Write;
        }

        return end != 0;
    }
}
