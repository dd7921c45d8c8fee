using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Loader;

/// <summary>What a boot archive says about a program in it: words to replace in its code, and segments to add. Empty if it says nothing.</summary>
/// <remarks>As with the program's file nothing in it is trusted: <see cref="Matches"/> checks it.</remarks>
internal readonly unsafe struct PromotionView
{
    // Of words, and of added bytes.
    private const ulong Most = 1 << 30;

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
    internal byte* Added => (byte*)(Words + Unsafe.ReadUnaligned<uint>(&_record->Words));

    /// <summary>Where the added bytes would be in the file.</summary>
    internal ulong AddedOffset => (Unsafe.ReadUnaligned<ulong>(&_record->ProgramBytes) + PromotionRecord.Alignment - 1) & ~(PromotionRecord.Alignment - 1);

    /// <summary>How many bytes are added.</summary>
    internal ulong AddedBytes => Unsafe.ReadUnaligned<ulong>(&_record->AddedBytes);

    /// <summary>How many program headers there are.</summary>
    internal ushort HeaderCount => (ushort)Unsafe.ReadUnaligned<uint>(&_record->Headers);

    private PromotedWord* Words => (PromotedWord*)(_record + 1);

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
        ulong needed = (ulong)(sizeof(PromotionRecord) + sizeof(PromotionRecordEnd)) + ((ulong)record.Words * (ulong)sizeof(PromotedWord)) + record.AddedBytes;
        if (record.ProgramBytes != size || size < sizeof(ulong) || record.Words > Most || record.AddedBytes > Most || needed > _bytes
            || record.Headers is 0 or > ushort.MaxValue || record.Headers * (ulong)sizeof(ElfProgramHeader) > record.AddedBytes)
        {
            return false;
        }

        for (uint i = 0; i < record.Words; i++)
        {
            PromotedWord word = Unsafe.ReadUnaligned<PromotedWord>(Words + i);
            if (word.Offset > size - sizeof(ulong) || Unsafe.ReadUnaligned<ulong>(file + word.Offset) != word.Old)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>True if an offset in the promoted file is among the added bytes.</summary>
    internal bool Has(ulong offset) => IsThere && offset >= AddedOffset;

    /// <summary>Replaces the words of a segment that was loaded.</summary>
    internal void Replace(in ElfProgramHeader segment, byte* start)
    {
        if (!IsThere || (segment.Flags & ElfConstants.FlagExecute) == 0 || segment.FileSize < sizeof(ulong))
        {
            return;
        }

        uint count = Unsafe.ReadUnaligned<uint>(&_record->Words);
        for (uint i = 0; i < count; i++)
        {
            PromotedWord word = Unsafe.ReadUnaligned<PromotedWord>(Words + i);
            ulong distance = word.Offset - segment.Offset;
            if (distance <= segment.FileSize - sizeof(ulong))
            {
                Unsafe.WriteUnaligned(start + distance, word.New);
            }
        }
    }

    /// <summary>Replaces the words of a segment that lies where the file is: the pages with such words become copies.</summary>
    /// <returns>False without memory for them.</returns>
    internal bool ReplaceLent(in ElfProgramHeader segment, AddressSpace* space, ulong start)
    {
        const ulong Inside = AddressSpace.PageSize - 1;
        if (!IsThere || (segment.Flags & ElfConstants.FlagExecute) == 0 || segment.FileSize < sizeof(ulong))
        {
            return true;
        }

        uint count = Unsafe.ReadUnaligned<uint>(&_record->Words);
        ulong page = ulong.MaxValue;
        byte* copy = null;
        for (uint index = 0; index < count; index++)
        {
            PromotedWord word = Unsafe.ReadUnaligned<PromotedWord>(Words + index);
            ulong distance = word.Offset - segment.Offset;
            if (distance > segment.FileSize - sizeof(ulong))
            {
                continue;
            }

            // A word may begin in one page and end in the next.
            ulong address = start + distance;
            ulong first = Math.Min(sizeof(ulong), AddressSpace.PageSize - (address & Inside));
            for (ulong at = 0; at < sizeof(ulong); at = at == 0 ? first : sizeof(ulong))
            {
                ulong place = address + at;
                if ((place & ~Inside) != page)
                {
                    page = place & ~Inside;
                    copy = space->CopyLent(page);
                    if (copy == null)
                    {
                        return false;
                    }
                }

                if (first == sizeof(ulong))
                {
                    Unsafe.WriteUnaligned(copy + (place & Inside), word.New);
                    break;
                }

                for (ulong i = at; i < (at == 0 ? first : sizeof(ulong)); i++)
                {
                    copy[(address + i) & Inside] = (byte)(word.New >> (int)(8 * i));
                }
            }
        }

        return true;
    }
}
