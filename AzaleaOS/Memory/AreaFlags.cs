namespace AzaleaOS.Memory;

/// <summary>What an area is for, beyond its protection.</summary>
[Flags]
internal enum AreaFlags : uint
{
    /// <summary>Anonymous memory whose frames are taken at once.</summary>
    None = 0,

    /// <summary>Frames are taken when a page is touched first.</summary>
    Lazy = 1,

    /// <summary>The heap that brk moves.</summary>
    Heap = 2,

    /// <summary>The first thread's stack.</summary>
    Stack = 4,

    /// <summary>MAP_SHARED.</summary>
    Shared = 8,

    /// <summary>MAP_GROWSDOWN: extends itself when the address below is touched.</summary>
    GrowsDown = 1 << 5,

    /// <summary>mlock: what would take pages away is refused.</summary>
    Locked = 1 << 6,

    /// <summary>MLOCK_ONFAULT, with <see cref="Locked"/>.</summary>
    LockedOnFault = 1 << 7,

    /// <summary>MADV_HUGEPAGE: large pages wherever they fit.</summary>
    LargePages = 1 << 8,

    /// <summary>MADV_NOHUGEPAGE: 4 KiB pages only.</summary>
    SmallPages = 1 << 9,

    /// <summary>MADV_DONTDUMP. Shown, otherwise without effect: there are no core dumps.</summary>
    NotDumped = 1 << 10,

    /// <summary>MADV_DONTFORK. Shown, otherwise without effect: there is no fork.</summary>
    NotForked = 1 << 11,

    /// <summary>MADV_WIPEONFORK. Shown, otherwise without effect.</summary>
    WipedOnFork = 1 << 12,

    /// <summary>MAP_HUGETLB with 2 MiB pages.</summary>
    Huge2M = 1 << 13,

    /// <summary>MAP_HUGETLB with 1 GiB pages.</summary>
    Huge1G = 1 << 14,

    /// <summary>A shared mapping of a file that was not opened for writing.</summary>
    NeverWritable = 1 << 15,

    /// <summary>Bytes of the program's file, copied: the area's offset is that in the file.</summary>
    Program = 1 << 16,

    /// <summary>A file whose pages are somewhere else: they may be owed, and those that are written to are noted.</summary>
    Foreign = 1 << 17,

    /// <summary>Pages of it may be the kernel's, lent until somebody writes.</summary>
    Lent = 1 << 18,

    /// <summary>The kernel's data page that every program sees: [vvar].</summary>
    Vvar = 1 << 30,

    /// <summary>The kernel's code page that every program sees: [vdso].</summary>
    Vdso = 1u << 31,

    /// <summary>Pages that are not the program's to change, as under Linux's mseal.</summary>
    Sealed = Vvar | Vdso,

    /// <summary>MAP_HUGETLB.</summary>
    Huge = Huge2M | Huge1G,
}
