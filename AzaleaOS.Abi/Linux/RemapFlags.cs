namespace AzaleaOS.Abi.Linux;

/// <summary>MREMAP_ constants of mremap.</summary>
/// <remarks>Source: Linux, include/uapi/linux/mman.h.</remarks>
[Flags]
public enum RemapFlags : uint
{
    /// <summary>Nothing: in place or not at all.</summary>
    None = 0,

    /// <summary>MREMAP_MAYMOVE: elsewhere if need be.</summary>
    MayMove = 1,

    /// <summary>MREMAP_FIXED: to this address, in place of what is there.</summary>
    Fixed = 2,

    /// <summary>MREMAP_DONTUNMAP: the old addresses stay mapped, without their pages.</summary>
    DontUnmap = 4,
}
