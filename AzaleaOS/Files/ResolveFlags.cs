namespace AzaleaOS.Files;

/// <summary>What a path may lead through: RESOLVE_ constants of openat2.</summary>
/// <remarks>Source: Linux, include/uapi/linux/openat2.h.</remarks>
[Flags]
internal enum ResolveFlags : ulong
{
    /// <summary>Everything.</summary>
    None = 0,

    /// <summary>RESOLVE_NO_XDEV: no other file system.</summary>
    SameFileSystem = 1,

    /// <summary>RESOLVE_NO_MAGICLINKS.</summary>
    NoMagicLinks = 2,

    /// <summary>RESOLVE_NO_SYMLINKS.</summary>
    NoSymbolicLinks = 4,

    /// <summary>RESOLVE_BENEATH: nothing outside of the directory that it starts from.</summary>
    Beneath = 8,

    /// <summary>RESOLVE_IN_ROOT: the directory that it starts from is the root.</summary>
    InRoot = 0x10,

    /// <summary>RESOLVE_CACHED: without waiting.</summary>
    Cached = 0x20,

    /// <summary>All of them.</summary>
    All = 0x3f,
}
