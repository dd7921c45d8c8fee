using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files.Terminals;

/// <summary>What is shown, and where the cursor is.</summary>
internal unsafe partial struct LineDiscipline
{
    private const int PieceSize = 256;
    private const int TabWidth = 8;

    /// <summary>Shows a writer's bytes.</summary>
    internal void Write(ReadOnlySpan<byte> bytes)
    {
        bool isProcessed = (Settings.Output & TerminalOutput.Process) != 0;
        foreach (byte value in bytes)
        {
            if (isProcessed)
            {
                Process(value);
            }
            else
            {
                Emit(value);
            }
        }

        Flush();
    }

    private readonly bool Has(TerminalOutput flag) => (Settings.Output & flag) != 0;

    private void Process(byte value)
    {
        switch (value)
        {
            case (byte)'\n':
                if (Has(TerminalOutput.NewlineReturns))
                {
                    _column = 0;
                }

                if (Has(TerminalOutput.NewlineToReturnNewline))
                {
                    _column = _lineColumn = 0;
                    Emit((byte)'\r');
                    Emit(value);
                    return;
                }

                _lineColumn = _column;
                break;
            case (byte)'\r':
                if (Has(TerminalOutput.NoReturnAtStart) && _column == 0)
                {
                    return;
                }

                if (Has(TerminalOutput.ReturnToNewline))
                {
                    value = (byte)'\n';
                    if (Has(TerminalOutput.NewlineReturns))
                    {
                        _column = _lineColumn = 0;
                    }

                    break;
                }

                _column = _lineColumn = 0;
                break;
            case (byte)'\t':
                uint spaces = TabWidth - (_column & (TabWidth - 1));
                _column += spaces;
                if ((Settings.Output & TerminalOutput.ExpandTabs) == TerminalOutput.ExpandTabs)
                {
                    for (; spaces > 0; spaces--)
                    {
                        Emit((byte)' ');
                    }

                    return;
                }

                break;
            case (byte)'\b':
                if (_column > 0)
                {
                    _column--;
                }

                break;
            default:
                if (!IsControl(value))
                {
                    if (Has(TerminalOutput.LowerToUpper) && IsLower(value))
                    {
                        value -= 32;
                    }

                    if (!IsContinuation(value))
                    {
                        _column++;
                    }
                }

                break;
        }

        Emit(value);
    }

    private void EchoRaw(byte value)
    {
        // Linux's echo queue escapes this byte, and what is escaped is not processed.
        const byte Escaped = 0xff;
        if (value == Escaped)
        {
            Emit(value);
            _column++;
        }
        else if (Has(TerminalOutput.Process))
        {
            Process(value);
        }
        else
        {
            Emit(value);
        }
    }

    private void EchoCharacter(byte value)
    {
        if (Has(TerminalLocal.EchoControl) && IsControl(value) && value != '\t')
        {
            Emit((byte)'^');
            Emit((byte)(value ^ 0x40));
            _column += 2;
        }
        else
        {
            EchoRaw(value);
        }
    }

    private void EchoErased(byte key, byte erased, bool isOne, uint place, uint end)
    {
        if (Has(TerminalLocal.EchoErased))
        {
            if (!_isErasing)
            {
                EchoRaw((byte)'\\');
                _isErasing = true;
            }

            EchoCharacter(erased);
            for (uint rest = place + 1; rest != end; rest++)
            {
                Emit(Buffer.At(rest));
            }
        }
        else if (isOne && !Has(TerminalLocal.EchoErase))
        {
            EchoCharacter(key);
        }
        else if (erased == '\t')
        {
            WipeTab();
        }
        else
        {
            if (IsControl(erased) && Has(TerminalLocal.EchoControl))
            {
                WipeOne();
            }

            if (!IsControl(erased) || Has(TerminalLocal.EchoControl))
            {
                WipeOne();
            }
        }
    }

    private void WipeOne()
    {
        Emit((byte)'\b');
        Emit((byte)' ');
        Emit((byte)'\b');
        if (_column > 0)
        {
            _column--;
        }
    }

    // As wide as the tab was: from the column in which what is before it ends.
    private void WipeTab()
    {
        uint width = 0;
        bool isBehindTab = false;
        for (uint place = Buffer.Head; place != Buffer.LineStart && !isBehindTab;)
        {
            byte value = Buffer.At(--place);
            if (value == '\t')
            {
                isBehindTab = true;
            }
            else if (IsControl(value))
            {
                width += Has(TerminalLocal.EchoControl) ? 2u : 0;
            }
            else if (!IsContinuation(value))
            {
                width++;
            }
        }

        width += isBehindTab ? 0 : _lineColumn;
        for (uint back = TabWidth - (width & (TabWidth - 1)); back > 0; back--)
        {
            Emit((byte)'\b');
            if (_column > 0)
            {
                _column--;
            }
        }
    }

    private void FinishErasing()
    {
        if (_isErasing)
        {
            EchoRaw((byte)'/');
            _isErasing = false;
        }
    }

    private void Emit(byte value)
    {
        _piece[_pieceLength++] = value;
        if (_pieceLength == PieceSize)
        {
            Flush();
        }
    }

    private void Flush()
    {
        if (_pieceLength == 0)
        {
            return;
        }

        fixed (byte* piece = _piece)
        {
            Show(piece, _pieceLength);
        }

        _pieceLength = 0;
    }
}
