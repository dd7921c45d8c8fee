using System.Runtime.InteropServices;

namespace AzaleaOS.Sideloader.FileSystem;

/// <summary>struct fuse_init_in, up to the flags: later versions are longer.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct FuseInitialize
{
    [FieldOffset(0)] internal uint Major;
    [FieldOffset(4)] internal uint Minor;
    [FieldOffset(8)] internal uint MaxReadAhead;
    [FieldOffset(12)] internal FuseFeatures Features;
}

/// <summary>struct fuse_forget_in.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct FuseForget
{
    [FieldOffset(0)] internal ulong Lookups;
}

/// <summary>struct fuse_batch_forget_in; <see cref="FuseForgetOne"/> follow.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct FuseForgetMany
{
    internal const int Bytes = 8;

    [FieldOffset(0)] internal uint Count;
}

/// <summary>struct fuse_forget_one.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct FuseForgetOne
{
    internal const int Bytes = 16;

    [FieldOffset(0)] internal ulong Node;
    [FieldOffset(8)] internal ulong Lookups;
}

/// <summary>struct fuse_setattr_in.</summary>
[StructLayout(LayoutKind.Explicit, Size = 88)]
internal struct FuseSetAttributes
{
    /// <summary>FATTR_ constants of <see cref="Valid"/>.</summary>
    internal const uint HasMode = 1 << 0;
    internal const uint HasUser = 1 << 1;
    internal const uint HasGroup = 1 << 2;
    internal const uint HasSize = 1 << 3;
    internal const uint HasAccessTime = 1 << 4;
    internal const uint HasModifyTime = 1 << 5;
    internal const uint HasHandle = 1 << 6;
    internal const uint AccessedNow = 1 << 7;
    internal const uint ModifiedNow = 1 << 8;

    [FieldOffset(0)] internal uint Valid;
    [FieldOffset(8)] internal ulong Handle;
    [FieldOffset(16)] internal ulong Size;
    [FieldOffset(32)] internal ulong AccessTime;
    [FieldOffset(40)] internal ulong ModifyTime;
    [FieldOffset(56)] internal uint AccessNanoseconds;
    [FieldOffset(60)] internal uint ModifyNanoseconds;
    [FieldOffset(68)] internal uint Mode;
    [FieldOffset(76)] internal uint User;
    [FieldOffset(80)] internal uint Group;
}

/// <summary>struct fuse_mknod_in; the name follows.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct FuseMakeNode
{
    [FieldOffset(0)] internal uint Mode;
    [FieldOffset(4)] internal uint Device;
}

/// <summary>struct fuse_mkdir_in; the name follows.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct FuseMakeDirectory
{
    [FieldOffset(0)] internal uint Mode;
}

/// <summary>struct fuse_rename2_in; the two names follow.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct FuseRename
{
    /// <summary>Bytes of struct fuse_rename_in, which has no flags.</summary>
    internal const int BytesWithoutFlags = 8;

    [FieldOffset(0)] internal ulong NewDirectory;
    [FieldOffset(8)] internal uint Flags;
}

/// <summary>struct fuse_link_in; the new name follows.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct FuseLink
{
    [FieldOffset(0)] internal ulong OldNode;
}

/// <summary>struct fuse_open_in.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct FuseOpen
{
    [FieldOffset(0)] internal uint Flags;
}

/// <summary>struct fuse_create_in; the name follows.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct FuseCreate
{
    [FieldOffset(0)] internal uint Flags;
    [FieldOffset(4)] internal uint Mode;
}

/// <summary>struct fuse_read_in, and fuse_write_in, whose data follow.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct FuseTransfer
{
    internal const int Bytes = 40;

    [FieldOffset(0)] internal ulong Handle;
    [FieldOffset(8)] internal ulong Offset;
    [FieldOffset(16)] internal uint Size;
}

/// <summary>struct fuse_release_in and fuse_flush_in: their first field.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct FuseHandleOnly
{
    [FieldOffset(0)] internal ulong Handle;
}

/// <summary>struct fuse_fsync_in.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct FuseSynchronize
{
    /// <summary>FUSE_FSYNC_FDATASYNC.</summary>
    internal const uint DataOnly = 1;

    [FieldOffset(0)] internal ulong Handle;
    [FieldOffset(8)] internal uint Flags;
}

/// <summary>struct fuse_setxattr_in as it is without FUSE_SETXATTR_EXT; name and value follow.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct FuseSetExtendedAttribute
{
    [FieldOffset(0)] internal uint Size;
    [FieldOffset(4)] internal uint Flags;
}

/// <summary>struct fuse_getxattr_in; the name follows, except for a list.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
internal struct FuseGetExtendedAttribute
{
    [FieldOffset(0)] internal uint Size;
}

/// <summary>struct fuse_fallocate_in.</summary>
[StructLayout(LayoutKind.Explicit, Size = 32)]
internal struct FuseAllocate
{
    [FieldOffset(0)] internal ulong Handle;
    [FieldOffset(8)] internal ulong Offset;
    [FieldOffset(16)] internal ulong Length;
    [FieldOffset(24)] internal uint Mode;
}

/// <summary>struct fuse_lseek_in.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal struct FuseSeek
{
    [FieldOffset(0)] internal ulong Handle;
    [FieldOffset(8)] internal ulong Offset;
    [FieldOffset(16)] internal uint Whence;
}

/// <summary>struct fuse_copy_file_range_in.</summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal struct FuseCopyRange
{
    [FieldOffset(0)] internal ulong SourceHandle;
    [FieldOffset(8)] internal ulong SourceOffset;
    [FieldOffset(24)] internal ulong TargetHandle;
    [FieldOffset(32)] internal ulong TargetOffset;
    [FieldOffset(40)] internal ulong Length;
    [FieldOffset(48)] internal ulong Flags;
}
