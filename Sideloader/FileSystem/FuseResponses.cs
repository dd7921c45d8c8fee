using System.Runtime.InteropServices;

namespace AzaleaOS.Sideloader.FileSystem;

/// <summary>struct fuse_init_out.</summary>
[StructLayout(LayoutKind.Explicit, Size = 64)]
internal struct FuseInitialized
{
    [FieldOffset(0)] internal uint Major;
    [FieldOffset(4)] internal uint Minor;
    [FieldOffset(8)] internal uint MaxReadAhead;
    [FieldOffset(12)] internal FuseFeatures Features;
    [FieldOffset(16)] internal ushort MaxBackground;
    [FieldOffset(18)] internal ushort CongestionThreshold;
    [FieldOffset(20)] internal uint MaxWrite;
    [FieldOffset(24)] internal uint TimeGranularity;
    [FieldOffset(28)] internal ushort MaxPages;
}

/// <summary>struct fuse_attr.</summary>
[StructLayout(LayoutKind.Explicit, Size = 88)]
internal struct FuseAttributes
{
    [FieldOffset(0)] internal ulong Inode;
    [FieldOffset(8)] internal ulong Size;
    [FieldOffset(16)] internal ulong Blocks;
    [FieldOffset(24)] internal ulong AccessTime;
    [FieldOffset(32)] internal ulong ModifyTime;
    [FieldOffset(40)] internal ulong ChangeTime;
    [FieldOffset(48)] internal uint AccessNanoseconds;
    [FieldOffset(52)] internal uint ModifyNanoseconds;
    [FieldOffset(56)] internal uint ChangeNanoseconds;
    [FieldOffset(60)] internal uint Mode;
    [FieldOffset(64)] internal uint Links;
    [FieldOffset(68)] internal uint User;
    [FieldOffset(72)] internal uint Group;
    [FieldOffset(76)] internal uint Device;
    [FieldOffset(80)] internal uint BlockSize;
}

/// <summary>struct fuse_entry_out.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct FuseEntry
{
    internal const int Bytes = 128;

    [FieldOffset(0)] internal ulong Node;
    [FieldOffset(8)] internal ulong Generation;
    [FieldOffset(16)] internal ulong EntrySeconds;
    [FieldOffset(24)] internal ulong AttributeSeconds;
    [FieldOffset(40)] internal FuseAttributes Attributes;
}

/// <summary>struct fuse_attr_out.</summary>
[StructLayout(LayoutKind.Explicit, Size = 104)]
internal struct FuseAttributesResponse
{
    [FieldOffset(0)] internal ulong Seconds;
    [FieldOffset(16)] internal FuseAttributes Attributes;
}

/// <summary>struct fuse_open_out.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct FuseOpened
{
    [FieldOffset(0)] internal ulong Handle;
    [FieldOffset(8)] internal uint Flags;
}

/// <summary>struct fuse_entry_out and fuse_open_out: the answer to FUSE_CREATE.</summary>
[StructLayout(LayoutKind.Explicit, Size = 144)]
internal struct FuseCreated
{
    [FieldOffset(0)] internal FuseEntry Entry;
    [FieldOffset(128)] internal FuseOpened Opened;
}

/// <summary>struct fuse_write_out and fuse_getxattr_out: a number of bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct FuseSize
{
    [FieldOffset(0)] internal uint Bytes;
}

/// <summary>struct fuse_lseek_out.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct FuseOffset
{
    [FieldOffset(0)] internal ulong Offset;
}

/// <summary>struct fuse_statfs_out.</summary>
[StructLayout(LayoutKind.Explicit, Size = 80)]
internal struct FuseFileSystemStatus
{
    [FieldOffset(0)] internal ulong Blocks;
    [FieldOffset(8)] internal ulong FreeBlocks;
    [FieldOffset(16)] internal ulong AvailableBlocks;
    [FieldOffset(24)] internal ulong Files;
    [FieldOffset(32)] internal ulong FreeFiles;
    [FieldOffset(40)] internal uint BlockSize;
    [FieldOffset(44)] internal uint NameLength;
    [FieldOffset(48)] internal uint FragmentSize;
}

/// <summary>struct fuse_dirent; the name follows, then zeros up to a multiple of 8 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct FuseDirectoryEntry
{
    internal const int Bytes = 24;

    [FieldOffset(0)] internal ulong Inode;
    [FieldOffset(8)] internal ulong Next;
    [FieldOffset(16)] internal uint NameLength;
    [FieldOffset(20)] internal uint Kind;
}
