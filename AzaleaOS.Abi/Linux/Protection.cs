namespace AzaleaOS.Abi.Linux;

/// <summary>What may be done with memory: PROT_ constants of mmap and mprotect.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/mman-common.h.</remarks>
[Flags]
public enum Protection : uint
{
    /// <summary>PROT_NONE: no access.</summary>
    None = 0,

    /// <summary>PROT_READ.</summary>
    Read = 1,

    /// <summary>PROT_WRITE.</summary>
    Write = 2,

    /// <summary>PROT_EXEC.</summary>
    Execute = 4,

    /// <summary>All that the page tables can say.</summary>
    All = Read | Write | Execute,
}
