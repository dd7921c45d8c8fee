using System.Runtime.InteropServices;

namespace AzaleaOS.Sideloader.FileSystem;

// Source of all layouts: Linux, include/uapi/linux/fuse.h, version 7.38.

/// <summary>struct fuse_in_header: starts each request.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct FuseRequestHeader
{
    internal const int Bytes = 40;

    [FieldOffset(0)] internal uint Length;
    [FieldOffset(4)] internal FuseOperation Operation;
    [FieldOffset(8)] internal ulong Unique;
    [FieldOffset(16)] internal ulong Node;
    [FieldOffset(24)] internal uint User;
    [FieldOffset(28)] internal uint Group;
    [FieldOffset(32)] internal uint Process;
}

/// <summary>struct fuse_out_header: starts each answer.</summary>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
internal struct FuseResponseHeader
{
    internal const int Bytes = 16;

    [FieldOffset(0)] internal uint Length;

    /// <summary>0, or a negated error number.</summary>
    [FieldOffset(4)] internal int Error;
    [FieldOffset(8)] internal ulong Unique;
}
