using System.Runtime.InteropServices;

namespace AzaleaOS.Abi;

/// <summary>In a packed kernel, eight-byte aligned behind the PVH note: the program that is linked into the image.</summary>
/// <remarks>
/// The code that unpacks the kernel hands <see cref="Address"/> and <see cref="Length"/> on to it. What they describe is another loaded segment:
/// a command line that ends with a zero byte, for a loader that names no program, padded to a multiple of <see cref="Alignment"/>
/// bytes, and behind it an archive (cpio, newc) with the program and its files.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct LinkedProgram
{
    /// <summary>The first eight bytes, little-endian: "AZLINKED".</summary>
    public const ulong MagicNumber = 0x4445_4b4e_494c_5a41;

    /// <summary>Of the archive behind the command line, in bytes.</summary>
    public const int Alignment = 16;

    /// <summary><see cref="MagicNumber"/>.</summary>
    [FieldOffset(0)] public ulong Magic;

    /// <summary>Where the segment is, physical; 0 in a kernel without a program.</summary>
    [FieldOffset(8)] public uint Address;

    /// <summary>Its length in bytes.</summary>
    [FieldOffset(12)] public uint Length;
}
