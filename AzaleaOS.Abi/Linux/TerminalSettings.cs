using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct termios as the kernel knows it (the C library's has more).</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/termbits.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 36)]
public unsafe struct TerminalSettings
{
    /// <summary>c_iflag.</summary>
    [FieldOffset(0)] public uint Input;

    /// <summary>c_oflag.</summary>
    [FieldOffset(4)] public uint Output;

    /// <summary>c_cflag.</summary>
    [FieldOffset(8)] public uint Control;

    /// <summary>c_lflag.</summary>
    [FieldOffset(12)] public uint Local;

    /// <summary>c_line.</summary>
    [FieldOffset(16)] public byte Line;

    /// <summary>c_cc.</summary>
    [FieldOffset(17)] public fixed byte Characters[19];
}
