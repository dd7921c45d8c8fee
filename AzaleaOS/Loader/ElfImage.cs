using System.Numerics;
using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Loader;

/// <summary>A static x86-64 program in memory, checked: what this type says about the file can be relied on.</summary>
/// <remarks>Nothing in the file is trusted: every offset, size and address is checked against the file and the application's half.</remarks>
internal readonly unsafe struct ElfImage
{
    // Linux refuses more than 64 KiB of program headers (fs/binfmt_elf.c, load_elf_phdrs).
    private const int MaxHeaderBytes = 65536;

    private readonly byte* _file;
    private readonly ulong _size;
    private readonly byte* _headers;
    private readonly PromotionView _promotion;

    private ElfImage(byte* file, ulong size, in ElfHeader header, in PromotionView promotion)
    {
        _file = file;
        _size = size;
        _promotion = promotion;
        _headers = promotion.IsThere ? promotion.Added : file + header.ProgramHeaders;
        ulong headers = promotion.IsThere ? promotion.AddedOffset : header.ProgramHeaders;
        SegmentCount = promotion.IsThere ? promotion.HeaderCount : header.ProgramHeaderCount;
        Entry = header.Entry;
        IsPositionIndependent = header.Type == ElfConstants.TypeShared;
        Low = ulong.MaxValue;
        IsApart = true;
        for (int i = 0; i < SegmentCount; i++)
        {
            ref readonly ElfProgramHeader segment = ref this[i];
            if (segment.Type == ElfConstants.SegmentLoad && segment.MemorySize != 0)
            {
                ulong page = segment.VirtualAddress & ~(AddressSpace.PageSize - 1);
                Low = Math.Min(Low, page);
                IsApart &= page >= High;
                High = Math.Max(High, AddressSpace.RoundUp(segment.VirtualAddress + segment.MemorySize));
                Alignment = Math.Max(Alignment, segment.Alignment);
                if (headers >= segment.Offset && headers < segment.Offset + segment.FileSize)
                {
                    HeadersAddress = segment.VirtualAddress + (headers - segment.Offset);
                }
            }
            else if (segment.Type == ElfConstants.SegmentStack)
            {
                HasExecutableStack = (segment.Flags & ElfConstants.FlagExecute) != 0;
            }
        }
    }

    /// <summary>How many program headers there are.</summary>
    internal int SegmentCount { get; }

    /// <summary>The first instruction, before a position-independent program is moved.</summary>
    internal ulong Entry { get; }

    /// <summary>Where the program headers are in memory, before the program is moved; 0 if they are in no segment.</summary>
    internal ulong HeadersAddress { get; }

    /// <summary>ET_DYN: a static-PIE program that relocates itself.</summary>
    internal bool IsPositionIndependent { get; }

    /// <summary>PT_GNU_STACK asks for an executable stack.</summary>
    internal bool HasExecutableStack { get; }

    /// <summary>Bytes of the file.</summary>
    internal ulong FileSize => _size;

    /// <summary>The first page's address.</summary>
    internal ulong Low { get; }

    /// <summary>The address behind the last page.</summary>
    internal ulong High { get; }

    /// <summary>The largest alignment that a segment asks for, bytes; 0 or a power of two.</summary>
    internal ulong Alignment { get; }

    /// <summary>Segments that are loaded ascend, and none shares a page with another, as nearly always.</summary>
    internal bool IsApart { get; }

    /// <summary>The program calls the kernel through its table.</summary>
    internal bool IsLinked { get; private init; }

    /// <summary>A program header, where the file has it: not aligned, which x86-64 does not ask for.</summary>
    internal ref readonly ElfProgramHeader this[int index]
        => ref *(ElfProgramHeader*)(_headers + ((ulong)index * (ulong)sizeof(ElfProgramHeader)));

    /// <summary>Checks a file.</summary>
    /// <param name="file">Its first byte; not aligned.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="image">The program, if nothing is wrong.</param>
    internal static ElfDefect Read(byte* file, ulong size, out ElfImage image) => Read(file, size, default, out image);

    /// <summary>Checks a file that is to be promoted.</summary>
    /// <param name="file">Its first byte; not aligned.</param>
    /// <param name="size">Bytes.</param>
    /// <param name="promotion">What the boot archive says about it.</param>
    /// <param name="image">The program, if nothing is wrong.</param>
    internal static ElfDefect Read(byte* file, ulong size, in PromotionView promotion, out ElfImage image)
    {
        image = default;
        if (size < 4 || Unsafe.ReadUnaligned<uint>(file) != ElfConstants.Magic)
        {
            return ElfDefect.NotElf;
        }

        if (size < (ulong)sizeof(ElfHeader))
        {
            return ElfDefect.Truncated;
        }

        ElfHeader header = Unsafe.ReadUnaligned<ElfHeader>(file);
        ElfDefect defect = CheckHeader(header, size);
        if (defect != ElfDefect.None)
        {
            return defect;
        }

        if (!promotion.Matches(file, size))
        {
            return ElfDefect.BadPromotion;
        }

        ElfImage candidate = new(file, size, header, promotion);
        defect = candidate.CheckSegments(out bool isLinked);
        if (defect == ElfDefect.None)
        {
            image = candidate with { IsLinked = isLinked };
        }

        return defect;
    }

    /// <summary>What a segment's flags allow.</summary>
    internal static Protection ProtectionOf(uint flags)
        => ((flags & ElfConstants.FlagRead) != 0 ? Protection.Read : 0)
            | ((flags & ElfConstants.FlagWrite) != 0 ? Protection.Write : 0)
            | ((flags & ElfConstants.FlagExecute) != 0 ? Protection.Execute : 0);

    /// <summary>What the segments that touch a page allow together.</summary>
    /// <param name="page">Its address, before the program is moved.</param>
    internal Protection ProtectionOfPage(ulong page)
    {
        Protection all = Protection.None;
        for (int i = 0; i < SegmentCount; i++)
        {
            ref readonly ElfProgramHeader segment = ref this[i];
            if (segment.Type == ElfConstants.SegmentLoad && segment.MemorySize != 0
                && segment.VirtualAddress < page + AddressSpace.PageSize
                && segment.VirtualAddress + segment.MemorySize > page)
            {
                all |= ProtectionOf(segment.Flags);
            }
        }

        return all;
    }

    /// <summary>The first byte of a segment in the file, or in what promotion adds to it.</summary>
    internal byte* BytesOf(in ElfProgramHeader segment)
        => _promotion.Has(segment.Offset) ? _promotion.Added + (segment.Offset - _promotion.AddedOffset) : _file + segment.Offset;

    /// <summary>How the program is promoted while it is loaded.</summary>
    internal PromotionView Promotion => _promotion;

    private static ElfDefect CheckHeader(in ElfHeader header, ulong size)
    {
        if (header.Identification[4] != ElfConstants.Class64)
        {
            return header.Identification[4] == ElfConstants.Class32 ? ElfDefect.ThirtyTwoBit : ElfDefect.NotElf;
        }

        if (header.Identification[5] != ElfConstants.LittleEndian)
        {
            return ElfDefect.BadByteOrder;
        }

        if (header.Identification[6] != ElfConstants.CurrentVersion || header.Version != ElfConstants.CurrentVersion)
        {
            return ElfDefect.BadVersion;
        }

        if (header.Machine != ElfConstants.MachineX64)
        {
            return ElfDefect.ForeignMachine;
        }

        if (header.Type is not (ElfConstants.TypeExecutable or ElfConstants.TypeShared))
        {
            return ElfDefect.NotExecutable;
        }

        int bytes = header.ProgramHeaderCount * sizeof(ElfProgramHeader);
        if (header.ProgramHeaderSize != sizeof(ElfProgramHeader) || bytes is 0 or > MaxHeaderBytes)
        {
            return ElfDefect.BadProgramHeaders;
        }

        return IsInside(header.ProgramHeaders, (ulong)bytes, size) ? ElfDefect.None : ElfDefect.Truncated;
    }

    private static bool IsInside(ulong offset, ulong length, ulong size) => offset <= size && length <= size - offset;

    private bool IsInFile(in ElfProgramHeader segment)
        => _promotion.Has(segment.Offset)
            ? IsInside(segment.Offset - _promotion.AddedOffset, segment.FileSize, _promotion.AddedBytes)
            : IsInside(segment.Offset, segment.FileSize, _size);

    private ElfDefect CheckSegments(out bool isLinked)
    {
        isLinked = false;
        bool loads = false;
        bool entryFound = false;
        ulong highest = 0;
        for (int i = 0; i < SegmentCount; i++)
        {
            ref readonly ElfProgramHeader segment = ref this[i];
            if (segment.Type == ElfConstants.SegmentInterpreter)
            {
                return ElfDefect.Dynamic;
            }

            if (segment.Type != ElfConstants.SegmentLoad || segment.MemorySize == 0)
            {
                continue;
            }

            loads = true;
            ElfDefect defect = CheckLoad(segment);
            if (defect != ElfDefect.None)
            {
                return defect;
            }

            bool isAbove = segment.VirtualAddress >= highest;
            highest = Math.Max(highest, segment.VirtualAddress + segment.MemorySize);
            for (int j = 0; j < i && !isAbove; j++)
            {
                if (Overlap(segment, this[j]))
                {
                    return ElfDefect.SegmentsOverlap;
                }
            }

            entryFound |= (segment.Flags & ElfConstants.FlagExecute) != 0
                && Entry - segment.VirtualAddress < segment.MemorySize;
        }

        if (!loads)
        {
            return ElfDefect.NothingToLoad;
        }

        ElfDefect other = entryFound ? CheckThreadStorage() : ElfDefect.BadEntry;
        other = other == ElfDefect.None ? CheckPromotion() : other;
        return other == ElfDefect.None && !CheckCalls(out isLinked) ? ElfDefect.ForeignCalls : other;
    }

    private ElfDefect CheckLoad(in ElfProgramHeader segment)
    {
        if (segment.FileSize > segment.MemorySize)
        {
            return ElfDefect.SegmentLargerInFile;
        }

        if (!IsInFile(segment))
        {
            return ElfDefect.SegmentOutsideFile;
        }

        ulong end = segment.VirtualAddress + segment.MemorySize;
        if (end < segment.VirtualAddress || end > AddressSpace.Highest)
        {
            return ElfDefect.SegmentTooHigh;
        }

        if (!IsPositionIndependent && segment.VirtualAddress < AddressSpace.Lowest)
        {
            return ElfDefect.SegmentTooLow;
        }

        return (segment.Offset - segment.VirtualAddress) % AddressSpace.PageSize != 0
            || (segment.Alignment != 0 && !BitOperations.IsPow2(segment.Alignment))
            ? ElfDefect.BadAlignment
            : ElfDefect.None;
    }

    private ElfDefect CheckThreadStorage()
    {
        for (int i = 0; i < SegmentCount; i++)
        {
            ref readonly ElfProgramHeader storage = ref this[i];
            if (storage.Type != ElfConstants.SegmentThreadStorage || storage.FileSize == 0)
            {
                continue;
            }

            bool found = false;
            for (int j = 0; j < SegmentCount && !found; j++)
            {
                ref readonly ElfProgramHeader segment = ref this[j];
                found = segment.Type == ElfConstants.SegmentLoad
                    && IsInside(storage.VirtualAddress - segment.VirtualAddress, storage.FileSize, segment.MemorySize);
            }

            if (!found)
            {
                return ElfDefect.BadThreadStorage;
            }
        }

        return ElfDefect.None;
    }

    private ElfDefect CheckPromotion()
    {
        for (int i = 0; i < SegmentCount; i++)
        {
            ref readonly ElfProgramHeader table = ref this[i];
            if (table.Type != PromotionTable.SegmentType)
            {
                continue;
            }

            byte* bytes = Find(table.VirtualAddress, table.FileSize, 0, out ElfProgramHeader around);
            bytes = bytes == null ? null : bytes + (table.VirtualAddress - around.VirtualAddress);
            uint count = 0;
            if (bytes == null || table.FileSize < (ulong)sizeof(PromotionTable)
                || (count = Unsafe.ReadUnaligned<PromotionTable>(bytes).Count) > (table.FileSize - (ulong)sizeof(PromotionTable)) / sizeof(uint))
            {
                return ElfDefect.BadPromotion;
            }

            if (_promotion.IsThere)
            {
                // Its stubs jump already, so none is written to; of the table one word is, and not in the file.
                if (table.VirtualAddress % sizeof(ulong) != 0 || !_promotion.Has(around.Offset))
                {
                    return ElfDefect.BadPromotion;
                }

                continue;
            }

            uint* offsets = (uint*)(bytes + sizeof(PromotionTable));
            ElfProgramHeader segment = default; // of the stub before: most stubs are where that is
            byte* segmentBytes = null;
            for (uint j = 0; j < count; j++)
            {
                ulong address = table.VirtualAddress + Unsafe.ReadUnaligned<uint>(offsets + j);
                if (!IsInside(address - segment.VirtualAddress, PromotionTable.TailBytes, segment.FileSize))
                {
                    segmentBytes = Find(address, PromotionTable.TailBytes, ElfConstants.FlagExecute, out segment);
                }

                byte* stub = segmentBytes == null ? null : segmentBytes + (address - segment.VirtualAddress);
                if (stub == null || (Unsafe.ReadUnaligned<uint>(stub) & 0xff_ffff) != PromotionTable.Tail)
                {
                    return ElfDefect.BadPromotion;
                }
            }
        }

        return ElfDefect.None;
    }

    private bool CheckCalls(out bool isLinked)
    {
        uint* needs = FindCalls();
        isLinked = needs != null;
        return needs == null || (Unsafe.ReadUnaligned<uint>(needs) == CallTable.Version && Unsafe.ReadUnaligned<uint>(needs + 1) <= CallTable.Slots);
    }

    /// <summary>What the program's note says about the table of calls: the version and the slots that it needs; null if there is none.</summary>
    private uint* FindCalls()
    {
        for (int i = 0; i < SegmentCount; i++)
        {
            ref readonly ElfProgramHeader segment = ref this[i];
            if (segment.Type == ElfConstants.SegmentNote && IsInFile(segment))
            {
                uint* note = CallNote.Find(BytesOf(segment), segment.FileSize);
                if (note != null)
                {
                    return note;
                }
            }
        }

        return null;
    }

    /// <summary>The first byte of the segment that loads a range of addresses, or null.</summary>
    private byte* Find(ulong address, ulong length, uint flag, out ElfProgramHeader segment)
    {
        for (int i = 0; i < SegmentCount; i++)
        {
            ref readonly ElfProgramHeader candidate = ref this[i];
            if (candidate.Type == ElfConstants.SegmentLoad && (candidate.Flags & flag) == flag
                && IsInside(address - candidate.VirtualAddress, length, candidate.FileSize))
            {
                segment = candidate;
                return BytesOf(candidate);
            }
        }

        segment = default;
        return null;
    }

    private static bool Overlap(in ElfProgramHeader one, in ElfProgramHeader other)
        => other.Type == ElfConstants.SegmentLoad
            && one.VirtualAddress < other.VirtualAddress + other.MemorySize
            && other.VirtualAddress < one.VirtualAddress + one.MemorySize;
}
