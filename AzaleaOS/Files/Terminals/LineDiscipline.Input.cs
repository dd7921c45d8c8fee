using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files.Terminals;

/// <summary>What a typed byte does.</summary>
internal unsafe partial struct LineDiscipline
{
    private const int SignalInterrupt = 2;
    private const int SignalQuit = 3;
    private const int SignalStop = 20;
    private const byte Bell = 7;

    /// <summary>Whether a byte can be taken; else it has to wait until something was read.</summary>
    internal readonly bool CanReceive => Room > 0 || IsLineTooLong;

    private readonly int Room
    {
        get
        {
            int room = (int)(LineBuffer.Capacity - Buffer.Count);
            return (Has(TerminalInput.MarkParity) ? (room + 2) / 3 : room) - 1;
        }
    }

    // Nothing can be read before the line ends, so the end of it must still find room.
    private readonly bool IsLineTooLong => IsCanonical && Buffer.LineCount == 0;

    /// <summary>Takes a byte from the wire. Only while <see cref="CanReceive"/>.</summary>
    /// <returns>The signal that is to be sent to the foreground processes, or 0.</returns>
    internal int Receive(byte value)
    {
        if (Room <= 0)
        {
            if (Room < 0)
            {
                Buffer.CutTo(Buffer.Head - 1);
            }

            if (Has(TerminalInput.BellWhenFull))
            {
                Emit(Bell);
            }
        }

        value = Has(TerminalInput.Strip) ? (byte)(value & 0x7f) : value;
        value = Has(TerminalInput.UpperToLower) && Has(TerminalLocal.Extended) && IsUpper(value) ? (byte)(value + 32) : value;
        if (_isLiteral)
        {
            _isLiteral = false;
            ReceivePlain(value, isNewline: false);
            Flush();
            return 0;
        }

        int signal = ReceiveSpecial(value);
        Flush();
        return signal;
    }

    private int ReceiveSpecial(byte value)
    {
        if (Has(TerminalInput.FlowControl))
        {
            if (Is(value, TerminalCharacter.Start))
            {
                IsStopped = false;
                return 0;
            }

            if (Is(value, TerminalCharacter.Stop))
            {
                IsStopped = true;
                return 0;
            }
        }

        if (Has(TerminalLocal.Signals))
        {
            int signal = Is(value, TerminalCharacter.Interrupt) ? SignalInterrupt
                : Is(value, TerminalCharacter.Quit) ? SignalQuit
                : Is(value, TerminalCharacter.Suspend) ? SignalStop
                : 0;
            if (signal != 0)
            {
                Interrupt(value);
                return signal;
            }
        }

        if (IsStopped && Has(TerminalInput.FlowControl) && Has(TerminalInput.AnyRestarts))
        {
            IsStopped = false;
        }

        bool isNewline = false;
        if (value == '\r')
        {
            if (Has(TerminalInput.IgnoreReturn))
            {
                return 0;
            }

            isNewline = Has(TerminalInput.ReturnToNewline);
            value = isNewline ? (byte)'\n' : value;
        }
        else if (value == '\n' && Has(TerminalInput.NewlineToReturn))
        {
            value = (byte)'\r';
        }

        if (!IsCanonical || !Edit(value))
        {
            ReceivePlain(value, isNewline);
        }

        return 0;
    }

    private void Interrupt(byte value)
    {
        if (!Has(TerminalLocal.NoFlush))
        {
            FlushInput();
        }

        if (Has(TerminalInput.FlowControl))
        {
            IsStopped = false;
        }

        if (Has(TerminalLocal.Echo))
        {
            EchoCharacter(value);
        }
    }

    /// <summary>Editing of lines.</summary>
    /// <returns>False for a character without a meaning of its own.</returns>
    private bool Edit(byte value)
    {
        bool isExtended = Has(TerminalLocal.Extended);
        if (Is(value, TerminalCharacter.Erase) || Is(value, TerminalCharacter.Kill) || (Is(value, TerminalCharacter.WordErase) && isExtended))
        {
            Erase(value);
            return true;
        }

        if (Is(value, TerminalCharacter.LiteralNext) && isExtended)
        {
            _isLiteral = true;
            if (Has(TerminalLocal.Echo))
            {
                FinishErasing();
                if (Has(TerminalLocal.EchoControl))
                {
                    Emit((byte)'^');
                    Emit((byte)'\b');
                }
            }

            return true;
        }

        if (Is(value, TerminalCharacter.Reprint) && Has(TerminalLocal.Echo) && isExtended)
        {
            FinishErasing();
            EchoCharacter(value);
            EchoRaw((byte)'\n');
            for (uint place = Buffer.LineStart; place != Buffer.Head; place++)
            {
                EchoCharacter(Buffer.At(place));
            }

            return true;
        }

        if (value == '\n')
        {
            if (Has(TerminalLocal.Echo) || Has(TerminalLocal.EchoNewline))
            {
                EchoRaw(value);
            }

            Buffer.AddEnd(value);
            return true;
        }

        if (Is(value, TerminalCharacter.EndOfFile))
        {
            Buffer.AddEnd(LineBuffer.EndOfFile);
            return true;
        }

        if (Is(value, TerminalCharacter.EndOfLine) || (Is(value, TerminalCharacter.EndOfLine2) && isExtended))
        {
            Echo(value);
            AddMark(value);
            Buffer.AddEnd(value);
            return true;
        }

        return false;
    }

    // A newline that was typed as one, where it has no meaning, is shown as ^J.
    private void ReceivePlain(byte value, bool isNewline)
    {
        if (Has(TerminalLocal.Echo))
        {
            FinishErasing();
            if (isNewline)
            {
                EchoRaw(value);
            }
            else
            {
                Echo(value);
            }
        }

        AddMark(value);
        Buffer.Add(value);
        if (!IsCanonical)
        {
            Buffer.EndLine();
        }
    }

    private void AddMark(byte value)
    {
        if (value == 0xff && Has(TerminalInput.MarkParity))
        {
            Buffer.Add(value);
        }
    }

    private void Echo(byte value)
    {
        if (!Has(TerminalLocal.Echo))
        {
            return;
        }

        if (Buffer.IsAtLineStart)
        {
            _lineColumn = _column;
        }

        EchoCharacter(value);
    }

    private void Erase(byte value)
    {
        if (Buffer.IsAtLineStart)
        {
            return;
        }

        bool isOne = Is(value, TerminalCharacter.Erase);
        bool isWord = !isOne && Is(value, TerminalCharacter.WordErase);
        if (!isOne && !isWord)
        {
            if (!Has(TerminalLocal.Echo))
            {
                Buffer.CutTo(Buffer.LineStart);
                return;
            }

            if (!Has(TerminalLocal.EchoKill) || !Has(TerminalLocal.EchoKillErase) || !Has(TerminalLocal.EchoErase))
            {
                Buffer.CutTo(Buffer.LineStart);
                FinishErasing();
                EchoCharacter(value);
                if (Has(TerminalLocal.EchoKill))
                {
                    EchoRaw((byte)'\n');
                }

                return;
            }
        }

        bool seenWord = false;
        while (!Buffer.IsAtLineStart)
        {
            uint place = Buffer.Head;
            byte erased;
            do
            {
                erased = Buffer.At(--place);
            }
            while (IsContinuation(erased) && place != Buffer.LineStart);

            if (IsContinuation(erased))
            {
                break;
            }

            if (isWord)
            {
                if (IsWordCharacter(erased))
                {
                    seenWord = true;
                }
                else if (seenWord)
                {
                    break;
                }
            }

            uint end = Buffer.Head;
            Buffer.CutTo(place);
            if (Has(TerminalLocal.Echo))
            {
                EchoErased(value, erased, isOne, place, end);
            }

            if (isOne)
            {
                break;
            }
        }

        if (Buffer.IsAtLineStart && Has(TerminalLocal.Echo))
        {
            FinishErasing();
        }
    }

    private readonly bool IsContinuation(byte value) => Has(TerminalInput.Utf8) && (value & 0xc0) == 0x80;

    private static bool IsWordCharacter(byte value) => value is (byte)'_' or >= (byte)'0' and <= (byte)'9' || IsUpper(value) || IsLower(value);

    // Linux's kernel knows Latin-1's letters (lib/ctype.c).
    private static bool IsUpper(byte value) => value is >= (byte)'A' and <= (byte)'Z' or >= 0xc0 and <= 0xde and not 0xd7;

    private static bool IsLower(byte value) => value is >= (byte)'a' and <= (byte)'z' or >= 0xdf and not 0xf7;

    private static bool IsControl(byte value) => value is < 32 or 127;
}
