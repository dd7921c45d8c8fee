namespace AzaleaOS.Diagnostics;

/// <summary>The 80 by 25 text screen of a PC that was started by a BIOS.</summary>
/// <remarks>
/// Shows what the serial port sends, without the record separators and without escape sequences.
/// Source: IBM VGA technical reference, text modes; CRTC registers 0Eh and 0Fh (cursor).
/// </remarks>
internal static unsafe class TextScreen
{
    /// <summary>Where the screen's cells are, as a physical address.</summary>
    internal const ulong PhysicalAddress = 0xb8000;

    /// <summary>Size of the screen's memory in bytes.</summary>
    internal const int Size = Columns * Rows * sizeof(ushort);

    private const int Columns = 80;
    private const int Rows = 25;
    private const ushort Blank = 0x0720;
    private const int Attribute = 0x0700;
    private const int TabStop = 8;
    private const byte RecordSeparator = 0x1e;
    private const byte Escape = 0x1b;

    private static ushort* s_cells;
    private static int s_cursor;
    private static EscapeState s_escape;

    private enum EscapeState : byte
    {
        None,
        Introducer,
        Parameters,
    }

    /// <summary>Clears the screen at <paramref name="cells"/> if memory is there.</summary>
    internal static void Start(ushort* cells)
    {
        s_cells = null;
        cells[0] = 0xaa55;
        cells[1] = 0x55aa;
        if (cells[0] != 0xaa55 || cells[1] != 0x55aa) return;
        s_cells = cells;
        s_cursor = 0;
        new Span<ushort>(cells, Columns * Rows).Fill(Blank);
    }

    /// <summary>Whether there is one.</summary>
    internal static bool IsThere => s_cells != null;

    /// <summary>From now on the screen's memory is mapped elsewhere.</summary>
    internal static void Move(ushort* cells) => s_cells = cells;

    /// <summary>Writes bytes at the cursor. Nothing happens where there is no screen.</summary>
    internal static void Write(ReadOnlySpan<byte> bytes)
    {
        if (s_cells == null) return;
        foreach (byte value in bytes) Put(value);
        MoveCursor();
    }

    private static void Put(byte value)
    {
        if (InEscapeSequence(value)) return;
        switch (value)
        {
            case RecordSeparator:
                return;
            case (byte)'\n':
                s_cursor += Columns - (s_cursor % Columns);
                break;
            case (byte)'\r':
                s_cursor -= s_cursor % Columns;
                break;
            case (byte)'\b':
                if (s_cursor % Columns != 0) s_cursor--;
                break;
            case (byte)'\t':
                s_cursor += TabStop - (s_cursor % TabStop);
                break;
            default:
                s_cells[s_cursor++] = (ushort)(Attribute | value);
                break;
        }
        if (s_cursor >= Columns * Rows) Scroll();
    }

    // ECMA-48 5.4: ESC [ parameters final, the final byte from 0x40 on.
    private static bool InEscapeSequence(byte value)
    {
        switch (s_escape)
        {
            case EscapeState.Introducer:
                s_escape = value == '[' ? EscapeState.Parameters : EscapeState.None;
                return true;
            case EscapeState.Parameters:
                if (value >= 0x40) s_escape = EscapeState.None;
                return true;
            default:
                if (value != Escape) return false;
                s_escape = EscapeState.Introducer;
                return true;
        }
    }

    private static void Scroll()
    {
        for (int i = 0; i < Columns * (Rows - 1); i++) s_cells[i] = s_cells[i + Columns];
        new Span<ushort>(s_cells + (Columns * (Rows - 1)), Columns).Fill(Blank);
        s_cursor -= Columns;
    }

    private static void MoveCursor()
    {
        Port.Out8(0x3d4, 0x0e);
        Port.Out8(0x3d5, (byte)(s_cursor >> 8));
        Port.Out8(0x3d4, 0x0f);
        Port.Out8(0x3d5, (byte)s_cursor);
    }
}
