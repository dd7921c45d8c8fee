namespace AzaleaOS.Sideloader.FileSystem;

/// <summary>Flags of FUSE_INIT that this device has a use for.</summary>
/// <remarks>Source: Linux, include/uapi/linux/fuse.h, INIT request/reply flags.</remarks>
[Flags]
internal enum FuseFeatures : uint
{
    /// <summary>FUSE_ASYNC_READ: several reads of a file at a time.</summary>
    AsynchronousRead = 1 << 0,

    /// <summary>FUSE_ATOMIC_O_TRUNC: open truncates.</summary>
    TruncateAtOpen = 1 << 3,

    /// <summary>FUSE_BIG_WRITES: more than a page at a time.</summary>
    BigWrites = 1 << 5,

    /// <summary>FUSE_AUTO_INVAL_DATA: cached pages of a file go when its time of change does, as when the host writes it.</summary>
    InvalidateChanged = 1 << 12,

    /// <summary>FUSE_DO_READDIRPLUS: names with attributes.</summary>
    ReadDirectoryPlus = 1 << 13,

    /// <summary>FUSE_READDIRPLUS_AUTO: only where it seems to help.</summary>
    ReadDirectoryPlusAuto = 1 << 14,

    /// <summary>FUSE_ASYNC_DIO: several direct transfers at a time.</summary>
    AsynchronousDirect = 1 << 15,

    /// <summary>FUSE_PARALLEL_DIROPS: several look-ups in a directory at a time.</summary>
    ParallelDirectories = 1 << 18,

    /// <summary>FUSE_MAX_PAGES: the answer says how many pages a request may have.</summary>
    MaxPages = 1 << 22,
}
