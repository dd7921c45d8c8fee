using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Loader;

/// <summary>What a boot archive says about a program in it: pages to replace in its code, and segments to add. Empty if it says nothing.</summary>
/// <remarks>
/// <see cref="Matches"/> checks that it is about the program's file and that nothing is read outside of it. What its pages hold is as
/// trusted as what the file's hold.
/// </remarks>
internal readonly unsafe struct PromotionView
{
    private const ulong PageSize = PromotionRecord.Alignment;

    // Of pages, and of added bytes.
    private const ulong MostPages = 1 << 18;
    private const ulong MostBytes = 1 << 30;

    private readonly PromotionRecord* _record;
    private readonly ulong _bytes;

    private PromotionView(PromotionRecord* record, ulong bytes)
    {
        _record = record;
        _bytes = bytes;
    }

    /// <summary>True if the program is to be promoted.</summary>
    internal bool IsThere => _record != null;

    /// <summary>The first added byte: the first program header.</summary>
    internal byte* Added => Bytes + (Count * PageSize);

    /// <summary>Where the added bytes would be in the file.</summary>
    internal ulong AddedOffset => (Unsafe.ReadUnaligned<ulong>(&_record->ProgramBytes) + PromotionRecord.Alignment - 1) & ~(PromotionRecord.Alignment - 1);

    /// <summary>How many bytes are added.</summary>
    internal ulong AddedBytes => Unsafe.ReadUnaligned<ulong>(&_record->AddedBytes);

    /// <summary>How many program headers there are.</summary>
    internal ushort HeaderCount => (ushort)Unsafe.ReadUnaligned<uint>(&_record->Headers);

    private uint Count => Unsafe.ReadUnaligned<uint>(&_record->Pages);

    // Of the first page.
    private byte* Bytes => (byte*)_record + Place(Count);

    /// <summary>What the boot modules say about a program.</summary>
    /// <param name="info">The modules.</param>
    /// <param name="program">The first byte of its file.</param>
    internal static PromotionView Of(in BootInfo info, byte* program)
    {
        for (int i = 0; i < info.ModuleCount; i++)
        {
            byte* module = info.Modules[i].Start.Mapped.Pointer;
            ulong length = info.Modules[i].Length;
            PromotionView view = In(module, length);
            if (view.IsThere && module + Unsafe.ReadUnaligned<ulong>(&view._record->ProgramOffset) == program)
            {
                return view;
            }
        }

        return default;
    }

    /// <summary>What is at the end of a module.</summary>
    internal static PromotionView In(byte* module, ulong length)
    {
        ulong least = (ulong)(sizeof(PromotionRecord) + sizeof(PromotionRecordEnd));
        if (length < least)
        {
            return default;
        }

        PromotionRecordEnd end = Unsafe.ReadUnaligned<PromotionRecordEnd>(module + length - sizeof(PromotionRecordEnd));
        return end.Magic == PromotionRecordEnd.MagicNumber && end.Bytes >= least && end.Bytes <= length
            ? new PromotionView((PromotionRecord*)(module + length - end.Bytes), end.Bytes)
            : default;
    }

    /// <summary>How many bytes of a module are its archive.</summary>
    internal static ulong ArchiveLength(byte* module, ulong length) => length - In(module, length)._bytes;

    /// <summary>True if nothing is said, or what is said is about this file.</summary>
    internal bool Matches(byte* file, ulong size)
    {
        if (!IsThere)
        {
            return true;
        }

        PromotionRecord record = Unsafe.ReadUnaligned<PromotionRecord>(_record);
        if (record.ProgramBytes != size || size < sizeof(ulong) || record.Pages > MostPages || record.AddedBytes > MostBytes
            || Place(record.Pages) + (record.Pages * PageSize) + record.AddedBytes + (ulong)sizeof(PromotionRecordEnd) > _bytes
            || record.Headers is 0 or > ushort.MaxValue || record.Headers * (ulong)sizeof(ElfProgramHeader) > record.AddedBytes)
        {
            return false;
        }

        for (uint i = 0; i < record.Pages; i++)
        {
            PromotedPage page = PageOf(i);
            if (page.Offset % PageSize != 0 || page.Offset >= size || page.Mark > size - sizeof(ulong)
                || Unsafe.ReadUnaligned<ulong>(file + page.Mark) != page.Old)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True if an offset in the promoted file is among the added bytes.</summary>
    internal bool Has(ulong offset) => IsThere && offset >= AddedOffset;

    /// <summary>True if a range of the promoted file is among the added bytes.</summary>
    internal bool Has(ulong offset, ulong length) => Has(offset) && offset - AddedOffset <= AddedBytes && length <= AddedBytes - (offset - AddedOffset);

    /// <summary>Replaces the pages of a segment that was loaded.</summary>
    internal void Replace(in ElfProgramHeader segment, byte* start)
    {
        for (uint i = 0; Next(segment, ref i, out byte* bytes, out ulong distance, out ulong length); i++)
        {
            Buffer.MemoryCopy(bytes, start + distance, length, length);
        }
    }

    /// <summary>Replaces the pages of a segment that lies where the file is, by those of the record where they can be mapped, else by copies.</summary>
    /// <returns>False without memory for them.</returns>
    internal bool ReplaceLent(in ElfProgramHeader segment, AddressSpace* space, ulong start)
    {
        if (!IsThere || (segment.Flags & ElfConstants.FlagExecute) == 0)
        {
            return true;
        }

        // The segment begins in its first page where it begins in the file's.
        Protection protection = ElfImage.ProtectionOf(segment.Flags);
        ulong first = segment.Offset;
        ulong end = first + segment.FileSize;
        PromotedPage* pages = (PromotedPage*)(_record + 1);
        uint count = Count;
        for (uint i = 0; ; i++)
        {
            byte* bytes = Bytes + (i * PageSize);
            i += space->LendOver(pages + i, count - i, bytes, start - first, first, end, protection);
            if (i == count)
            {
                return true;
            }

            bytes = Bytes + (i * PageSize);
            ulong offset = PageOf(i).Offset;
            ulong at = start - first + offset;
            if (space->TryLendInside(at, bytes, PageSize, protection))
            {
                continue;
            }

            byte* copy = space->CopyLent(at);
            if (copy == null)
            {
                return false;
            }

            ulong before = Math.Max(first, offset) - offset;
            ulong length = Math.Min(end - offset, PageSize) - before;
            Buffer.MemoryCopy(bytes + before, copy + before, length, length);
        }
    }

    // The next page that has something of a segment with code: its bytes, and where in the segment they belong.
    private bool Next(in ElfProgramHeader segment, ref uint index, out byte* bytes, out ulong distance, out ulong length)
    {
        bytes = null;
        distance = length = 0;
        uint count = IsThere && (segment.Flags & ElfConstants.FlagExecute) != 0 ? Count : 0;
        for (; index < count; index++)
        {
            ulong offset = PageOf(index).Offset;
            ulong first = Math.Max(offset, segment.Offset);
            ulong end = Math.Min(offset + PageSize, segment.Offset + segment.FileSize);
            if (first < end)
            {
                bytes = Bytes + (index * PageSize) + (first - offset);
                distance = first - segment.Offset;
                length = end - first;
                return true;
            }
        }

        return false;
    }

    private PromotedPage PageOf(uint index) => Unsafe.ReadUnaligned<PromotedPage>((PromotedPage*)(_record + 1) + index);

    // Where in a record with so many pages the first one is.
    private static ulong Place(uint pages) => (ulong)sizeof(PromotionRecord) + ((ulong)pages * (ulong)sizeof(PromotedPage)) + PageSize - 1 & ~(PageSize - 1);
}
