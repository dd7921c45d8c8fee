using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files.Terminals;

/// <summary>Between the wire and the reader: editing of lines, echo, signals, and the shape of output. Linux's N_TTY.</summary>
/// <remarks>
/// Plain state: whoever uses it holds the terminal's lock. Input comes by <see cref="Receive"/>, byte by byte; a
/// byte of 0 in the control characters stands for none. What is to be shown goes to <see cref="Show"/>.
/// Source: Linux, drivers/tty/n_tty.c; termios(3).
/// </remarks>
internal unsafe partial struct LineDiscipline
{
    /// <summary>How input, output and editing work.</summary>
    internal TerminalSettings Settings;

    /// <summary>What was typed.</summary>
    internal LineBuffer Buffer;

    /// <summary>VSTOP was typed: writers wait.</summary>
    internal bool IsStopped;

    /// <summary>Where shown bytes go.</summary>
    internal delegate*<byte*, int, void> Show;

    private bool _isLiteral;
    private bool _isErasing;
    private uint _column;
    private uint _lineColumn;
    private fixed byte _piece[PieceSize];
    private int _pieceLength;

    private readonly bool IsCanonical => Has(TerminalLocal.Canonical);

    /// <summary>A new terminal.</summary>
    internal void Initialize(delegate*<byte*, int, void> show)
    {
        // Bytes of an earlier one stay in the buffers, where no place leads to them.
        Buffer.Clear();
        IsStopped = _isLiteral = _isErasing = false;
        _column = _lineColumn = 0;
        _pieceLength = 0;
        Settings = TerminalSettings.Default;
        Show = show;
    }

    /// <summary>Changes the settings.</summary>
    internal void Change(in TerminalSettings settings)
    {
        bool wasCanonical = IsCanonical;
        Settings = settings;
        if (wasCanonical != IsCanonical)
        {
            // As in Linux: what lies there is whole lines for a new reader of lines, and bytes for one of bytes.
            Buffer.ForgetEnds();
            Buffer.EndLine();
            _isErasing = false;
            _isLiteral = false;
        }

        if (!Has(TerminalInput.FlowControl) && IsStopped)
        {
            IsStopped = false;
        }
    }

    /// <summary>Drops what was typed.</summary>
    internal void FlushInput()
    {
        Buffer.Clear();
        Buffer.ForgetEnds();
        _isErasing = false;
        _isLiteral = false;
    }

    /// <summary>Whether a reader would get something.</summary>
    /// <param name="forPoll">Whether poll asks, for which as many bytes as VMIN says must be there.</param>
    internal readonly bool HasInput(bool forPoll)
    {
        if (IsCanonical)
        {
            return Buffer.LineCount != 0;
        }

        uint minimum = Character(TerminalCharacter.Minimum);
        return Buffer.Count >= (forPoll && Character(TerminalCharacter.Time) == 0 && minimum != 0 ? minimum : 1);
    }

    /// <summary>A control character; 0 for none.</summary>
    internal readonly byte Character(int index) => Settings.Characters[index];

    private readonly bool Has(TerminalInput flag) => (Settings.Input & flag) != 0;

    private readonly bool Has(TerminalLocal flag) => (Settings.Local & flag) != 0;

    private readonly bool Is(byte value, int index) => value == Settings.Characters[index] && value != 0;
}
