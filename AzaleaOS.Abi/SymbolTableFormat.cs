namespace AzaleaOS.Abi;

/// <summary>
/// The table that backtraces are printed from: written by the build into the kernel's read-only data,
/// read by the kernel when it reports a fault.
/// </summary>
/// <remarks>
/// Little-endian. Numbers of no fixed size are unsigned LEB128 ("number") or the same with the sign in
/// bit 0 ("signed number", zigzag). Text is a number, its length, and as many bytes of UTF-8.
///
/// Header, <see cref="HeaderSize"/> bytes: u32 magic, u16 version, u16 number of frame states,
/// u64 address of the first function, u32 length of the whole table; then of the types, the files, the
/// frame programs and the functions each u32 offset and u32 number; u32 offset of the functions' names; u32 offset of their
/// line rows; u32 zero.
///
/// Frame states, from <see cref="HeaderSize"/> on, at most 255: one byte of <see cref="FrameState"/>
/// flags; signed number: distance of the CFA from its base, in bytes; signed number: the return address is
/// at CFA + this; with SavedRbp a signed number: rbp is at CFA + this; with SavedRsp the same for rsp.
///
/// Types and files: texts, one after the other ("AzaleaOS.Cpu.Apic", "Apic.cs"), counted from 1.
///
/// Frame programs, counted from 1: a length and frame rows. Most functions share a few of them.
///
/// Functions by address. Each: number, the bytes between the end of the one before and this one;
/// number, its length in bytes; number, in bit 0 whether its file is given, above it the signed number
/// "its type minus the type of the one before" (type 0: none); if given, number, its
/// file (0: none; if not given, the type's own name and ".cs"); signed number, its first line minus the
/// first line of the one before; number, its frame program (0: none). Elsewhere, one after the
/// other, their names, which are texts, and their line rows, each with a length: what is alike packs better side by side.
///
/// A line row is a byte b. b != 0: the address grows by (b - 1) / <see cref="LineRange"/>, the line by
/// (b - 1) % <see cref="LineRange"/> + <see cref="LineBase"/>. b = 0: a number for the address and a
/// signed number for the line follow. The first row's line is relative to the function's first line.
/// A row holds until the next. Line 0 is "none".
///
/// A frame row is a byte: the high half is how far the address grows, the low half the frame state. 15 in a half
/// says that a number follows (the address first). A row holds until the next. State 0 means that
/// nothing is known.
/// </remarks>
public static class SymbolTableFormat
{
    /// <summary>"AZST".</summary>
    public const uint Magic = 0x5453_5a41;

    /// <summary>The format described here.</summary>
    public const ushort Version = 2;

    /// <summary>Bytes before the frame states.</summary>
    public const int HeaderSize = 64;

    /// <summary>Where the header has the types: offset and number.</summary>
    public const int TypesAt = 20;

    /// <summary>Where the header has the files: offset and number.</summary>
    public const int FilesAt = 28;

    /// <summary>Where the header has the frame programs: offset and number.</summary>
    public const int FrameProgramsAt = 36;

    /// <summary>Where the header has the functions: offset and number.</summary>
    public const int FunctionsAt = 44;

    /// <summary>Where the header has the offset of the functions' names.</summary>
    public const int NamesAt = 52;

    /// <summary>Where the header has the offset of the functions' line rows.</summary>
    public const int RowsAt = 56;

    /// <summary>Different line steps that fit in one byte.</summary>
    public const int LineRange = 14;

    /// <summary>The smallest line step that fits in one byte.</summary>
    public const int LineBase = -4;

    /// <summary>The half of a frame row that says: a number follows.</summary>
    public const int FrameEscape = 15;

    /// <summary>Most frame states a table can have.</summary>
    public const int MaximumFrameStates = 255;

    /// <summary>The flags of a frame state.</summary>
    [Flags]
    public enum FrameState : byte
    {
        /// <summary>Nothing is known of the caller.</summary>
        None = 0,

        /// <summary>The CFA is counted from rsp.</summary>
        FromRsp = 1,

        /// <summary>The CFA is counted from rbp.</summary>
        FromRbp = 2,

        /// <summary>There is no caller.</summary>
        Outermost = 4,

        /// <summary>The caller's rbp is in memory; else it is still in rbp.</summary>
        SavedRbp = 8,

        /// <summary>The caller's rsp is in memory; else it is the CFA.</summary>
        SavedRsp = 16,

        /// <summary>The caller was interrupted: its rip is the instruction itself, not the one behind a call.</summary>
        Interrupted = 32,
    }
}
