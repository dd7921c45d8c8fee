using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct linux_dirent64 up to the name, which follows at offset 19 and ends with a zero.</summary>
/// <remarks>Source: Linux, include/linux/dirent.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct DirectoryRecord
{
    /// <summary>The file.</summary>
    [FieldOffset(0)] public ulong Inode;

    /// <summary>Where the next record of the directory is read from.</summary>
    [FieldOffset(8)] public long Next;

    /// <summary>Bytes of the whole record, a multiple of 8.</summary>
    [FieldOffset(16)] public ushort Length;

    /// <summary>DT_ constant.</summary>
    [FieldOffset(18)] public byte Kind;
}
