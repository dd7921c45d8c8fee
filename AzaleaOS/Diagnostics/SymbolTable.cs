using System.Buffers.Binary;
using AzaleaOS.Abi;
using Column = AzaleaOS.Abi.SymbolTableFormat.Column;
using FrameState = AzaleaOS.Abi.SymbolTableFormat.FrameState;

namespace AzaleaOS.Diagnostics;

/// <summary>The kernel's functions, lines and frames, as the build wrote them.</summary>
/// <remarks>
/// Read only while a fault is reported: no memory is allocated, and a damaged table gives wrong or no
/// answers but never reads outside of its bytes.
/// </remarks>
internal readonly ref struct SymbolTable
{
    private readonly ReadOnlySpan<byte> _bytes;

    /// <summary>A table over these bytes; without a proper header it is empty.</summary>
    internal SymbolTable(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SymbolTableFormat.HeaderSize
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != SymbolTableFormat.Magic
            || BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]) != SymbolTableFormat.Version)
            return;
        uint length = Word(bytes, 16);
        if (length >= SymbolTableFormat.HeaderSize && length <= (uint)bytes.Length) _bytes = bytes[..(int)length];
    }

    /// <summary>There is no table.</summary>
    internal bool IsEmpty => _bytes.IsEmpty;

    /// <summary>Finds the function, the line and the frame at an address.</summary>
    internal bool TryFind(ulong address, out Symbol symbol)
    {
        symbol = default;
        if (_bytes.IsEmpty) return false;
        var names = new SymbolTableCursor(_bytes, Offset(SymbolTableFormat.NamesAt));
        var columns = new SymbolTableColumns(_bytes, stackalloc int[SymbolTableFormat.ColumnCount]);
        ulong end = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[8..]);
        long type = 0;
        long line = 0;
        for (uint count = Word(_bytes, SymbolTableFormat.NamesAt + 4); count != 0 && !columns.Failed; count--)
        {
            ulong start = end + ((0 - end) % SymbolTableFormat.FunctionAlignment) + (ulong)columns.Signed(Column.Gaps);
            end = start + columns.Number(Column.Sizes);
            ulong typeAndFile = columns.Number(Column.Types);
            bool givesFile = (typeAndFile & 1) != 0;
            type += SymbolTableCursor.Signed(typeAndFile >> 1);
            ReadOnlySpan<byte> name = names.Text();
            ulong file = givesFile ? columns.Number(Column.Files) : 0;
            line += columns.Signed(Column.FirstLines);
            ulong program = columns.Number(Column.FramePrograms);
            int lineThere = LineAt(ref columns, line, address - start);
            if (columns.Failed || names.Failed || start > address) return false;
            if (address >= end) continue;
            symbol = new Symbol
            {
                Start = start,
                Type = Text(SymbolTableFormat.TypesAt, (ulong)type),
                Name = name,
                File = Text(SymbolTableFormat.FilesAt, file),
                IsFileOfType = !givesFile,
                Line = lineThere,
                Frame = FrameAt(FrameProgram(program), address - start),
            };
            return true;
        }

        return false;
    }

    /// <summary>Reads all line rows of a function.</summary>
    private static int LineAt(ref SymbolTableColumns columns, long line, ulong offset)
    {
        ulong at = 0;
        long found = 0;
        for (ulong count = columns.Number(Column.RowCounts); count != 0 && !columns.Failed; count--)
        {
            at += columns.Number(Column.RowOffsets);
            line += columns.Signed(Column.RowLines);
            if (at <= offset) found = line;
        }

        return found is > 0 and <= int.MaxValue ? (int)found : 0;
    }

    private FrameRule FrameAt(ReadOnlySpan<byte> rows, ulong offset)
    {
        var cursor = new SymbolTableCursor(rows, 0);
        ulong at = 0;
        ulong found = 0;
        while (!cursor.AtEnd)
        {
            int row = cursor.Byte();
            ulong step = (ulong)row >> 4;
            ulong state = (ulong)row & 15;
            if (step == SymbolTableFormat.FrameEscape) step = cursor.Number();
            if (state == SymbolTableFormat.FrameEscape) state = cursor.Number();
            at += step;
            if (cursor.Failed || at > offset) break;
            found = state;
        }

        return State(found);
    }

    private FrameRule State(ulong index)
    {
        ulong count = BinaryPrimitives.ReadUInt16LittleEndian(_bytes[6..]);
        if (index >= count) return default;
        var cursor = new SymbolTableCursor(_bytes, SymbolTableFormat.HeaderSize);
        FrameRule rule = default;
        for (ulong i = 0; i <= index; i++)
        {
            rule.Flags = (FrameState)cursor.Byte();
            rule.Base = cursor.Signed();
            rule.ReturnAddress = cursor.Signed();
            rule.Rbp = (rule.Flags & FrameState.SavedRbp) != 0 ? cursor.Signed() : 0;
            rule.Rsp = (rule.Flags & FrameState.SavedRsp) != 0 ? cursor.Signed() : 0;
            if (cursor.Failed) return default;
        }

        return rule;
    }

    /// <summary>A text by its number from 1; 0 is none.</summary>
    private ReadOnlySpan<byte> Text(int list, ulong number)
    {
        if (number > Word(_bytes, list + 4)) return default;
        var cursor = new SymbolTableCursor(_bytes, Offset(list));
        ReadOnlySpan<byte> text = default;
        for (; number != 0 && !cursor.Failed; number--) text = cursor.Text();
        return text;
    }

    /// <summary>A frame program by its number from 1; 0 is none.</summary>
    private ReadOnlySpan<byte> FrameProgram(ulong number)
    {
        if (number > Word(_bytes, SymbolTableFormat.FrameProgramsAt + 4)) return default;
        var cursor = new SymbolTableCursor(_bytes, Offset(SymbolTableFormat.FrameProgramsAt));
        ReadOnlySpan<byte> program = default;
        for (; number != 0 && !cursor.Failed; number--) program = cursor.Block();
        return program;
    }

    /// <summary>An offset in the header; one that is out of range gives the end, where nothing can be read.</summary>
    private int Offset(int at)
    {
        uint offset = Word(_bytes, at);
        return offset <= (uint)_bytes.Length ? (int)offset : _bytes.Length;
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    /// <summary>What the table says about an address.</summary>
    internal ref struct Symbol
    {
        /// <summary>The function's first byte.</summary>
        internal ulong Start;

        /// <summary>"Namespace.Type"; empty for assembler methods.</summary>
        internal ReadOnlySpan<byte> Type;

        /// <summary>The method, or the symbol of an assembler method.</summary>
        internal ReadOnlySpan<byte> Name;

        /// <summary>The file is named after the innermost type.</summary>
        internal bool IsFileOfType;

        /// <summary>The file's name without its folder; empty if it has none, or is named after the type.</summary>
        internal ReadOnlySpan<byte> File;

        /// <summary>The line from 1, or 0 for none.</summary>
        internal int Line;

        /// <summary>Where the caller is.</summary>
        internal FrameRule Frame;
    }

    /// <summary>Where a function's caller is to be found.</summary>
    internal struct FrameRule
    {
        /// <summary>What the CFA is counted from, and which registers are in memory.</summary>
        internal FrameState Flags;

        /// <summary>CFA = rsp or rbp + this.</summary>
        internal long Base;

        /// <summary>The caller's rip is at CFA + this.</summary>
        internal long ReturnAddress;

        /// <summary>The caller's rbp is at CFA + this, if the flags say so.</summary>
        internal long Rbp;

        /// <summary>The caller's rsp is at CFA + this, if the flags say so.</summary>
        internal long Rsp;
    }
}
