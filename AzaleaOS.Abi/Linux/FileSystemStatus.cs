using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct statfs.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/statfs.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 120)]
public struct FileSystemStatus
{
    /// <summary>Magic number of the kind of file system.</summary>
    [FieldOffset(0)] public long Type;

    /// <summary>Bytes.</summary>
    [FieldOffset(8)] public long BlockSize;

    /// <summary>All blocks.</summary>
    [FieldOffset(16)] public ulong Blocks;

    /// <summary>Free blocks.</summary>
    [FieldOffset(24)] public ulong FreeBlocks;

    /// <summary>Free for everyone.</summary>
    [FieldOffset(32)] public ulong AvailableBlocks;

    /// <summary>All inodes.</summary>
    [FieldOffset(40)] public ulong Files;

    /// <summary>Free inodes.</summary>
    [FieldOffset(48)] public ulong FreeFiles;

    /// <summary>f_fsid.</summary>
    [FieldOffset(56)] public ulong Id;

    /// <summary>Longest name, bytes.</summary>
    [FieldOffset(64)] public long NameLength;

    /// <summary>Bytes.</summary>
    [FieldOffset(72)] public long FragmentSize;

    /// <summary>ST_ constants.</summary>
    [FieldOffset(80)] public long Flags;
}
