namespace AzaleaOS.Abi.Linux;

/// <summary>MADV_ constants of madvise.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/mman-common.h.</remarks>
public enum Advice
{
    /// <summary>MADV_NORMAL.</summary>
    Normal = 0,

    /// <summary>MADV_RANDOM.</summary>
    Random = 1,

    /// <summary>MADV_SEQUENTIAL.</summary>
    Sequential = 2,

    /// <summary>MADV_WILLNEED.</summary>
    WillNeed = 3,

    /// <summary>MADV_DONTNEED: the contents may go at once.</summary>
    DontNeed = 4,

    /// <summary>MADV_FREE: the contents may go when memory is short.</summary>
    Free = 8,

    /// <summary>MADV_REMOVE: the contents go, in the file as well.</summary>
    Remove = 9,

    /// <summary>MADV_DONTFORK.</summary>
    DontFork = 10,

    /// <summary>MADV_DOFORK.</summary>
    DoFork = 11,

    /// <summary>MADV_MERGEABLE.</summary>
    Mergeable = 12,

    /// <summary>MADV_UNMERGEABLE.</summary>
    Unmergeable = 13,

    /// <summary>MADV_HUGEPAGE: large pages are worth while.</summary>
    HugePage = 14,

    /// <summary>MADV_NOHUGEPAGE: they are not.</summary>
    NoHugePage = 15,

    /// <summary>MADV_DONTDUMP.</summary>
    DontDump = 16,

    /// <summary>MADV_DODUMP.</summary>
    DoDump = 17,

    /// <summary>MADV_WIPEONFORK.</summary>
    WipeOnFork = 18,

    /// <summary>MADV_KEEPONFORK.</summary>
    KeepOnFork = 19,

    /// <summary>MADV_COLD.</summary>
    Cold = 20,

    /// <summary>MADV_PAGEOUT.</summary>
    PageOut = 21,

    /// <summary>MADV_POPULATE_READ: provide the pages for reading.</summary>
    PopulateRead = 22,

    /// <summary>MADV_POPULATE_WRITE: provide them for writing.</summary>
    PopulateWrite = 23,

    /// <summary>MADV_DONTNEED_LOCKED: DontNeed, of locked memory too.</summary>
    LockedDontNeed = 24,
}
