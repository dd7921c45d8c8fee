namespace AzaleaOS.Loader;

/// <summary>The words for <see cref="ElfDefect"/>, to follow the name of the file.</summary>
internal static class ElfDefects
{
    /// <summary>One line without a full stop: what is wrong, and what to do where something can be done.</summary>
    internal static ReadOnlySpan<byte> Text(this ElfDefect defect) => defect switch
    {
        ElfDefect.Truncated => "the file ends before its headers do"u8,
        ElfDefect.NotElf => "not an ELF file"u8,
        ElfDefect.ThirtyTwoBit => "a 32-bit program; only 64-bit programs run here"u8,
        ElfDefect.BadByteOrder => "not a little-endian program"u8,
        ElfDefect.BadVersion => "an unknown version of ELF"u8,
        ElfDefect.ForeignMachine => "a program for another processor; only x86-64 runs here"u8,
        ElfDefect.NotExecutable => "an ELF file, but not a program"u8,
        ElfDefect.BadProgramHeaders => "its program headers have an impossible size or number"u8,
        ElfDefect.Dynamic => "a dynamically linked program; link it with -static or -static-pie"u8,
        ElfDefect.NothingToLoad => "it has no segment to load"u8,
        ElfDefect.SegmentOutsideFile => "a segment lies outside the file"u8,
        ElfDefect.SegmentLargerInFile => "a segment is larger in the file than in memory"u8,
        ElfDefect.BadAlignment => "a segment is not aligned to pages"u8,
        ElfDefect.SegmentTooHigh => "a segment reaches beyond the application's half of the address space"u8,
        ElfDefect.SegmentTooLow => "a segment needs page 0, which is never mapped"u8,
        ElfDefect.SegmentsOverlap => "two segments overlap"u8,
        ElfDefect.BadEntry => "the entry point is in no executable segment"u8,
        ElfDefect.BadThreadStorage => "its thread-local storage lies in no segment"u8,
        ElfDefect.ForeignCalls => "linked for another version of the kernel; link it again with the azalea command that this kernel is from"u8,
        ElfDefect.BadPromotion => "its table of promoted system calls is broken; promote the original program again"u8,
        _ => "a program"u8,
    };
}
