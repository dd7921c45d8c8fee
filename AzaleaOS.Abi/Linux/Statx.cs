using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct statx.</summary>
/// <remarks>Source: Linux, include/uapi/linux/stat.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct Statx
{
    /// <summary>Fields that are filled in.</summary>
    [FieldOffset(0)] public uint Mask;

    /// <summary>Bytes that are read best at a time.</summary>
    [FieldOffset(4)] public uint BlockSize;

    /// <summary>STATX_ATTR_ constants.</summary>
    [FieldOffset(8)] public ulong Attributes;

    /// <summary>Names that the file has.</summary>
    [FieldOffset(16)] public uint Links;

    /// <summary>Owner.</summary>
    [FieldOffset(20)] public uint User;

    /// <summary>Group.</summary>
    [FieldOffset(24)] public uint Group;

    /// <summary>Kind and permissions.</summary>
    [FieldOffset(28)] public ushort Mode;

    /// <summary>The file.</summary>
    [FieldOffset(32)] public ulong Inode;

    /// <summary>Bytes.</summary>
    [FieldOffset(40)] public ulong Size;

    /// <summary>Occupied units of 512 bytes.</summary>
    [FieldOffset(48)] public ulong Blocks;

    /// <summary>Attributes that mean something here.</summary>
    [FieldOffset(56)] public ulong AttributesMask;

    /// <summary>Last read.</summary>
    [FieldOffset(64)] public StatxTimestamp Accessed;

    /// <summary>Birth.</summary>
    [FieldOffset(80)] public StatxTimestamp Created;

    /// <summary>Last change of contents or attributes.</summary>
    [FieldOffset(96)] public StatxTimestamp Changed;

    /// <summary>Last change of the contents.</summary>
    [FieldOffset(112)] public StatxTimestamp Modified;

    /// <summary>Which device, for a device file.</summary>
    [FieldOffset(128)] public uint SpecialMajor;

    /// <summary>Which device, for a device file.</summary>
    [FieldOffset(132)] public uint SpecialMinor;

    /// <summary>The file system.</summary>
    [FieldOffset(136)] public uint DeviceMajor;

    /// <summary>The file system.</summary>
    [FieldOffset(140)] public uint DeviceMinor;

    /// <summary>The mount.</summary>
    [FieldOffset(144)] public ulong MountId;
}
