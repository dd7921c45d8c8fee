namespace AzaleaOS.Loader;

/// <summary>Why a file is no program that the kernel can run.</summary>
internal enum ElfDefect
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>Shorter than its own headers say.</summary>
    Truncated,

    /// <summary>No ELF magic.</summary>
    NotElf,

    /// <summary>ELFCLASS32.</summary>
    ThirtyTwoBit,

    /// <summary>ELFDATA2MSB, or no known order.</summary>
    BadByteOrder,

    /// <summary>Neither version 1 in the identification nor in the header.</summary>
    BadVersion,

    /// <summary>Not EM_X86_64.</summary>
    ForeignMachine,

    /// <summary>An object, a core dump or something unknown.</summary>
    NotExecutable,

    /// <summary>e_phentsize is not 56, or e_phnum is 0 or larger than 64 KiB of headers.</summary>
    BadProgramHeaders,

    /// <summary>PT_INTERP or PT_DYNAMIC with needed libraries: wants a dynamic linker.</summary>
    Dynamic,

    /// <summary>No PT_LOAD.</summary>
    NothingToLoad,

    /// <summary>A segment's bytes lie outside the file.</summary>
    SegmentOutsideFile,

    /// <summary>p_filesz is larger than p_memsz.</summary>
    SegmentLargerInFile,

    /// <summary>p_offset and p_vaddr differ within a page, or p_align is no power of two.</summary>
    BadAlignment,

    /// <summary>A segment wraps around the end of the address space or reaches the kernel's half.</summary>
    SegmentTooHigh,

    /// <summary>A segment needs page 0.</summary>
    SegmentTooLow,

    /// <summary>Two segments claim the same bytes.</summary>
    SegmentsOverlap,

    /// <summary>The entry point is in no executable segment.</summary>
    BadEntry,

    /// <summary>PT_TLS lies in no segment.</summary>
    BadThreadStorage,

    /// <summary>The table of promoted sites is not in a segment, or a stub that it names is not what it should be.</summary>
    BadPromotion,

    /// <summary>A linked program whose note wants a table of calls of another version, or more slots than there are.</summary>
    ForeignCalls,
}
