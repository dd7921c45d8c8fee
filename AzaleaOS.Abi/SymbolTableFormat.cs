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
/// u64 address of the first function, u32 length of the whole table, u32 offset of the types,
/// u32 offset of the files, u32 offset of the functions, u32 number of types, u32 number of files,
/// u32 number of functions, u32 zero.
///
/// Frame states, from <see cref="HeaderSize"/> on, at most 255: one byte of <see cref="FrameState"/>
/// flags; signed number: distance of the CFA from its base, in bytes; signed number: the return address is
/// at CFA + this; with SavedRbp a signed number: rbp is at CFA + this; with SavedRsp the same for rsp.
///
/// Types and files: texts, one after the other ("AzaleaOS.Cpu.Apic", "Apic.cs").
///
/// Functions by address. Each: number, its distance from the one before; number, its length in
/// bytes; signed number, its type minus the type of the one before (type 0: none, else number + 1);
/// text, its name; number, its file (0: none, 1: the type's own name and ".cs", else number + 2);
/// number, its first line; number, the length of its line rows; the line rows; number, the length of its
/// frame rows; the frame rows.
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
    public const ushort Version = 1;

    /// <summary>Bytes before the frame states.</summary>
    public const int HeaderSize = 48;

    /// <summary>The file number that says: no file.</summary>
    public const int NoFile = 0;

    /// <summary>The file number that says: named like the innermost type, as C# files are.</summary>
    public const int FileOfType = 1;

    /// <summary>The number of the first file in the list.</summary>
    public const int FirstFile = 2;

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
