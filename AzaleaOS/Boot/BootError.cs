namespace AzaleaOS.Boot;

/// <summary>Why the information given at entry cannot be used.</summary>
internal enum BootError
{
    /// <summary>All is well.</summary>
    None = 0,

    /// <summary>No such boot protocol.</summary>
    UnknownProtocol,

    /// <summary>The information block does not lie in memory that can be read.</summary>
    InformationOutOfReach,

    /// <summary>A PVH start info or hand-off block has a wrong magic number.</summary>
    WrongMagic,

    /// <summary>A version that this kernel does not know.</summary>
    UnsupportedVersion,

    /// <summary>The information block's size is impossible.</summary>
    BadInformationSize,

    /// <summary>A multiboot2 tag is shorter than its header or its contents.</summary>
    TagTooShort,

    /// <summary>A multiboot2 tag runs past the end of the information block.</summary>
    TagPastEnd,

    /// <summary>The multiboot2 tags do not end with the end tag.</summary>
    NoEndTag,

    /// <summary>The hand-off block's checksum is wrong.</summary>
    BadChecksum,

    /// <summary>A list of the information block does not lie inside it, or cannot be read.</summary>
    ListPastEnd,

    /// <summary>There is no memory map.</summary>
    NoMemoryMap,

    /// <summary>More memory ranges than the kernel has room for.</summary>
    TooManyMemoryRanges,

    /// <summary>A memory range wraps around the end of the address space.</summary>
    MemoryRangeWraps,

    /// <summary>The memory map has no RAM where the kernel image lies.</summary>
    KernelOutsideMemory,

    /// <summary>Too little RAM is left beside kernel and modules.</summary>
    TooLittleMemory,

    /// <summary>More boot modules than the kernel has room for.</summary>
    TooManyModules,

    /// <summary>A boot module is empty or ends before it starts.</summary>
    BadModule,

    /// <summary>A boot module overlaps the kernel image.</summary>
    ModuleOverlapsKernel,

    /// <summary>Two boot modules overlap.</summary>
    ModulesOverlap,

    /// <summary>A boot module does not lie in RAM.</summary>
    ModuleOutsideMemory,

    /// <summary>The command line is too long, or its end is not found.</summary>
    CommandLineTooLong,

    /// <summary>An extent or core of the hand-off block names a node that does not exist.</summary>
    BadNode,

    /// <summary>The hand-off block names no cores.</summary>
    NoCores,
}
