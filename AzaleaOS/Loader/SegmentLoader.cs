using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Loader;

/// <summary>Puts a program's segments into an address space.</summary>
internal static unsafe class SegmentLoader
{
    /// <summary>Where a position-independent program goes, as in Linux without randomisation: two thirds of the address space.</summary>
    internal const ulong PositionIndependentBase = 0x5555_5555_4000;

    // Larger alignments bring nothing: the largest page is 1 GiB.
    private const ulong MaxAlignment = 1 << 30;

    // How pages are made that are not lent: contents come first.
    private const Protection MadeWith = Protection.Read | Protection.Write;

    /// <summary>Loads a program; PT_GNU_RELRO is left to the program's own start-up code, as in Linux.</summary>
    /// <returns>0, or -ENOMEM where the memory or the address range is not there.</returns>
    internal static long Load(in ElfImage image, AddressSpace* space, ulong independentBase, out LoadedProgram program)
    {
        program = default;
        ulong bias = 0;
        if (image.IsPositionIndependent)
        {
            ulong alignment = Math.Clamp(image.Alignment, AddressSpace.PageSize, MaxAlignment);
            ulong low = (independentBase + alignment - 1) & ~(alignment - 1);

            // Wraps when the program was linked above its new place; the sums below wrap back.
            bias = low - (image.Low & ~(alignment - 1));
        }

        ulong lent = 0;
        ulong added = Promotion.AddedOffset(image, out PromotionTable* table);
        for (int i = 0; i < image.SegmentCount; i++)
        {
            ref readonly ElfProgramHeader segment = ref image[i];
            if (segment.Type != ElfConstants.SegmentLoad || segment.MemorySize == 0 || segment.Offset >= added)
            {
                continue; // what promotion adds is not in the file, and not what /proc calls the program's code and data
            }

            ulong start = bias + segment.VirtualAddress;
            ulong fileEnd = AddressSpace.RoundUp(start + segment.FileSize);
            ulong offset = segment.Offset - (start % AddressSpace.PageSize);
            if (TryLend(image, space, segment, bias))
            {
                if (!image.Promotion.ReplaceLent(segment, space, start))
                {
                    return -Errno.ENOMEM;
                }

                Note(ref program, segment, start);
                lent |= i < 64 ? 1UL << i : 0;
                continue;
            }

            long result = segment.FileSize == 0 ? 0 : MakePages(space, start, fileEnd, AreaFlags.Program, offset);
            if (result == 0)
            {
                result = MakePages(space, segment.FileSize == 0 ? start : fileEnd, AddressSpace.RoundUp(start + segment.MemorySize), AreaFlags.None, 0);
            }

            if (result < 0)
            {
                return result;
            }

            PageMemory.CopyBytes((byte*)start, image.BytesOf(segment), segment.FileSize);
            image.Promotion.Replace(segment, (byte*)start);
            Note(ref program, segment, start);
        }

        Protect(image, space, bias, lent, added);
        if (added != ulong.MaxValue)
        {
            bool isRecorded = image.Promotion.IsThere;
            if (isRecorded)
            {
                // The record has the jumps already: what they jump by is told to it, and its pages go to the program as they are.
                Unsafe.WriteUnaligned(&table->Entry, SystemCalls.PromotedEntry);
            }

            long result = AddedSegments.Load(image, space, bias, added);
            if (result < 0)
            {
                return result;
            }

            if (!isRecorded)
            {
                Promotion.Connect(image, bias);
                AddedSegments.Protect(image, space, bias, added);
            }
        }

        program = program with
        {
            Entry = bias + image.Entry,
            HeadersAddress = image.HeadersAddress == 0 ? 0 : bias + image.HeadersAddress,
            HeaderCount = image.SegmentCount,
            End = bias + image.High,
            HasExecutableStack = image.HasExecutableStack,
        };
        return 0;
    }

    // What /proc calls the program's code and data.
    private static void Note(ref LoadedProgram program, in ElfProgramHeader segment, ulong start)
    {
        if ((ElfImage.ProtectionOf(segment.Flags) & Protection.Execute) != 0)
        {
            program.CodeStart = program.CodeStart == 0 ? start : program.CodeStart;
            program.CodeEnd = start + segment.FileSize;
        }

        program.DataStart = start;
        program.DataEnd = start + segment.FileSize;
    }

    // A segment that is only read stays where the file is, if its pages are its own.
    private static bool TryLend(in ElfImage image, AddressSpace* space, in ElfProgramHeader segment, ulong bias)
    {
        const ulong Inside = AddressSpace.PageSize - 1;
        Protection protection = ElfImage.ProtectionOf(segment.Flags);
        ulong before = segment.VirtualAddress & Inside;
        ulong start = segment.VirtualAddress - before;
        ulong length = AddressSpace.RoundUp(before + segment.FileSize);
        return (protection & Protection.Write) == 0
            && segment.FileSize == segment.MemorySize
            && segment.Offset - before + length <= image.FileSize
            && (image.IsApart || (image.ProtectionOfPage(start) == protection && image.ProtectionOfPage(start + length - AddressSpace.PageSize) == protection))
            && space->IsFree(bias + start, length)
            && space->TryLend(bias + start, image.BytesOf(segment) - before, length, protection, AreaFlags.Program, segment.Offset - before);
    }

    private static long MakePages(AddressSpace* space, ulong start, ulong end, AreaFlags kind, ulong offset)
    {
        ulong first = start & ~(AddressSpace.PageSize - 1);

        // Small programs have segments that share a page: the first one has made it.
        while (first < end && !space->IsFree(first, AddressSpace.PageSize))
        {
            first += AddressSpace.PageSize;
            offset += AddressSpace.PageSize;
        }

        while (first < end && !space->IsFree(end - AddressSpace.PageSize, AddressSpace.PageSize))
        {
            end -= AddressSpace.PageSize;
        }

        if (first >= end)
        {
            return 0;
        }

        long result = space->Map(
            first,
            end - first,
            MadeWith,
            MapFlags.Private | MapFlags.Anonymous | MapFlags.FixedNoReplace | MapFlags.Populate,
            kind,
            null,
            offset);
        return result < 0 ? result : 0;
    }

    // Lent segments, a bit for each, have had the right protection from the start.
    private static void Protect(in ElfImage image, AddressSpace* space, ulong bias, ulong lent, ulong added)
    {
        for (int i = 0; i < image.SegmentCount; i++)
        {
            ref readonly ElfProgramHeader segment = ref image[i];
            if (segment.Type != ElfConstants.SegmentLoad || segment.MemorySize == 0 || segment.Offset >= added || (i < 64 && ((lent >> i) & 1) != 0))
            {
                continue;
            }

            ulong first = segment.VirtualAddress & ~(AddressSpace.PageSize - 1);
            ulong end = AddressSpace.RoundUp(segment.VirtualAddress + segment.MemorySize);
            ulong last = end - AddressSpace.PageSize;
            Protection protection = ElfImage.ProtectionOf(segment.Flags);
            if (!image.IsApart)
            {
                space->Protect(bias + first, end - first, protection);
                space->Protect(bias + first, AddressSpace.PageSize, image.ProtectionOfPage(first));
                space->Protect(bias + last, AddressSpace.PageSize, image.ProtectionOfPage(last));
            }
            else if (protection != MadeWith)
            {
                space->Protect(bias + first, end - first, protection);
            }
        }
    }
}
