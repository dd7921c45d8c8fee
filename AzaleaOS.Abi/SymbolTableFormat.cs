namespace AzaleaOS.Abi;

/// <summary>
/// The table that backtraces are printed from: written by the build into the kernel's read-only data,
/// read by the kernel when it reports a fault.
/// </summary>
/// <remarks>
/// Little-endian. Numbers of no fixed size are unsigned LEB128 ("number") or the same with the sign in
/// bit 0 ("signed number", zigzag). Text is bytes of UTF-8 and a zero.
///
/// Header, <see cref="HeaderSize"/> bytes: u32 magic, u16 version, u16 number of frame states,
/// u64 address of the first function, u32 length of the whole table; then of the types, the files, the
/// frame programs and the functions' names each u32 offset and u32 number; then the u32 offset of each <see cref="Column"/>.
///
/// Frame states, from <see cref="HeaderSize"/> on, at most 255: one byte of <see cref="FrameState"/>
/// flags; signed number: distance of the CFA from its base, in bytes; signed number: the return address is
/// at CFA + this; with SavedRbp a signed number: rbp is at CFA + this; with SavedRsp the same for rsp.
///
/// Types and files: texts, one after the other ("AzaleaOS.Cpu.Apic", "Apic.cs"), counted from 1.
///
/// Frame programs, counted from 1: a length and frame rows. Most functions share a few of them.
///
/// Functions by address: their names, which are texts, and what else is known of them in columns of numbers. What is alike packs
/// better side by side.
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
    public const ushort Version = 3;

    /// <summary>Bytes before the frame states.</summary>
    public const int HeaderSize = ColumnsAt + (ColumnCount * sizeof(uint));

    /// <summary>Where the header has the types: offset and number.</summary>
    public const int TypesAt = 20;

    /// <summary>Where the header has the files: offset and number.</summary>
    public const int FilesAt = 28;

    /// <summary>Where the header has the frame programs: offset and number.</summary>
    public const int FrameProgramsAt = 36;

    /// <summary>Where the header has the functions' names: offset and number.</summary>
    public const int NamesAt = 44;

    /// <summary>Where the header has the offsets of the columns.</summary>
    public const int ColumnsAt = 52;

    /// <summary>All columns.</summary>
    public const int ColumnCount = (int)Column.RowLines + 1;

    /// <summary>What most functions begin at a multiple of, in bytes.</summary>
    public const int FunctionAlignment = 16;

    /// <summary>The half of a frame row that says: a number follows.</summary>
    public const int FrameEscape = 15;

    /// <summary>Most frame states a table can have.</summary>
    public const int MaximumFrameStates = 255;

    /// <summary>What is known of functions, a number for each of them if nothing else is said.</summary>
    public enum Column
    {
        /// <summary>Signed: bytes between the next multiple of <see cref="FunctionAlignment"/> behind the function before and this one.</summary>
        Gaps,

        /// <summary>In bit 0 whether the file is given, above it the signed number "type minus the type of the one before" (type 0: none).</summary>
        Types,

        /// <summary>For those that give it: the file (0: none). For others it is the type's own name and ".cs".</summary>
        Files,

        /// <summary>Length in bytes.</summary>
        Sizes,

        /// <summary>Signed: the first line minus the first line of the one before.</summary>
        FirstLines,

        /// <summary>The frame program (0: none).</summary>
        FramePrograms,

        /// <summary>How many line rows there are.</summary>
        RowCounts,

        /// <summary>For each line row: how far the address grows. A row holds until the next.</summary>
        RowOffsets,

        /// <summary>For each line row, signed: how far the line grows; the first is relative to the first line. Line 0 is "none".</summary>
        RowLines,
    }

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
