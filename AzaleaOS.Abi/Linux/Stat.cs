using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct stat on x86-64: what stat, fstat, lstat and newfstatat fill in.</summary>
/// <remarks>Source: Linux, arch/x86/include/uapi/asm/stat.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 144)]
public struct Stat
{
    /// <summary>The file system.</summary>
    [FieldOffset(0)] public ulong Device;

    /// <summary>The file in it.</summary>
    [FieldOffset(8)] public ulong Inode;

    /// <summary>Names that the file has.</summary>
    [FieldOffset(16)] public ulong Links;

    /// <summary>Kind and permissions.</summary>
    [FieldOffset(24)] public uint Mode;

    /// <summary>Owner.</summary>
    [FieldOffset(28)] public uint User;

    /// <summary>Group.</summary>
    [FieldOffset(32)] public uint Group;

    /// <summary>Which device, for a device file.</summary>
    [FieldOffset(40)] public ulong SpecialDevice;

    /// <summary>Bytes.</summary>
    [FieldOffset(48)] public long Size;

    /// <summary>Bytes that are read best at a time.</summary>
    [FieldOffset(56)] public long BlockSize;

    /// <summary>Occupied units of 512 bytes.</summary>
    [FieldOffset(64)] public long Blocks;

    /// <summary>Last read.</summary>
    [FieldOffset(72)] public Timespec Accessed;

    /// <summary>Last change of the contents.</summary>
    [FieldOffset(88)] public Timespec Modified;

    /// <summary>Last change of contents or attributes.</summary>
    [FieldOffset(104)] public Timespec Changed;
}
