namespace AzaleaOS.Abi.Linux;

/// <summary>MAP_ constants of mmap.</summary>
/// <remarks>Source: Linux, include/uapi/linux/mman.h and asm-generic/mman-common.h.</remarks>
[Flags]
public enum MapFlags : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>MAP_SHARED: writes are seen by every user of the file.</summary>
    Shared = 0x1,

    /// <summary>MAP_PRIVATE: writes stay here.</summary>
    Private = 0x2,

    /// <summary>MAP_SHARED_VALIDATE: like Shared, and unknown flags are refused.</summary>
    SharedValidate = 0x3,

    /// <summary>The bits that say Shared or Private.</summary>
    TypeMask = 0xf,

    /// <summary>MAP_FIXED: at the address, in place of what is there.</summary>
    Fixed = 0x10,

    /// <summary>MAP_ANONYMOUS: zeros, no file.</summary>
    Anonymous = 0x20,

    /// <summary>MAP_32BIT: in the first 2 GiB.</summary>
    Low32 = 0x40,

    /// <summary>MAP_GROWSDOWN: extends itself downwards like a stack.</summary>
    GrowsDown = 0x100,

    /// <summary>MAP_LOCKED: as if mlock were called.</summary>
    Locked = 0x2000,

    /// <summary>MAP_NORESERVE: frames are taken when pages are touched.</summary>
    NoReserve = 0x4000,

    /// <summary>MAP_POPULATE: frames are taken now.</summary>
    Populate = 0x8000,

    /// <summary>MAP_NONBLOCK: with MAP_POPULATE, do not.</summary>
    NonBlocking = 0x10000,

    /// <summary>MAP_STACK: for a thread's stack, of which little may be touched.</summary>
    Stack = 0x20000,

    /// <summary>MAP_HUGETLB: huge pages or nothing.</summary>
    HugePages = 0x40000,

    /// <summary>MAP_FIXED_NOREPLACE: at the address, or not at all.</summary>
    FixedNoReplace = 0x100000,
}
