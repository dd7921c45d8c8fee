using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct winsize: the size of a terminal.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/termios.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct WindowSize
{
    /// <summary>Lines of text.</summary>
    [FieldOffset(0)] public ushort Rows;

    /// <summary>Characters in a line.</summary>
    [FieldOffset(2)] public ushort Columns;

    /// <summary>0 where unknown.</summary>
    [FieldOffset(4)] public ushort PixelsWide;

    /// <summary>0 where unknown.</summary>
    [FieldOffset(6)] public ushort PixelsHigh;
}
