namespace AzaleaOS.Files.Terminals;

/// <summary>What was typed and not read yet: a ring of bytes, in which ends of lines are marked.</summary>
/// <remarks>
/// Three places count up: <see cref="Tail"/>, where reading goes on; <see cref="LineStart"/>, behind the last whole line;
/// <see cref="Head"/>, where the next byte goes. What is between the last two can still be edited.
/// </remarks>
internal unsafe struct LineBuffer
{
    /// <summary>Bytes that there is room for: N_TTY_BUF_SIZE.</summary>
    internal const uint Capacity = 4096;

    /// <summary>What stands for the end of the file in the ring; it is no byte of the input.</summary>
    internal const byte EndOfFile = 0;

    private fixed byte _bytes[(int)Capacity];
    private fixed ulong _ends[(int)Capacity / 64];

    /// <summary>Where the next byte goes.</summary>
    internal uint Head { get; private set; }

    /// <summary>Behind the last whole line.</summary>
    internal uint LineStart { get; private set; }

    /// <summary>Where reading goes on.</summary>
    internal uint Tail { get; private set; }

    /// <summary>Bytes in the ring.</summary>
    internal readonly uint Count => Head - Tail;

    /// <summary>Bytes of whole lines.</summary>
    internal readonly uint LineCount => LineStart - Tail;

    /// <summary>The line being typed is empty.</summary>
    internal readonly bool IsAtLineStart => Head == LineStart;

    /// <summary>Adds a byte. The caller knows that there is room.</summary>
    internal void Add(byte value)
    {
        _bytes[Head % Capacity] = value;
        Mark(Head, false);
        Head++;
    }

    /// <summary>Adds the last byte of a line.</summary>
    internal void AddEnd(byte value)
    {
        _bytes[Head % Capacity] = value;
        Mark(Head, true);
        Head++;
        LineStart = Head;
    }

    /// <summary>The byte at a place.</summary>
    internal readonly byte At(uint place) => _bytes[place % Capacity];

    /// <summary>Takes bytes of the line being typed back.</summary>
    /// <param name="place">Where the next byte goes from now on.</param>
    internal void CutTo(uint place) => Head = place;

    /// <summary>All that is there counts as whole lines, or as no lines at all, from now on.</summary>
    internal void EndLine() => LineStart = Head;

    /// <summary>Drops everything.</summary>
    internal void Clear() => LineStart = Tail = Head;

    /// <summary>Forgets where lines end.</summary>
    internal void ForgetEnds()
    {
        fixed (ulong* ends = _ends)
        {
            new Span<ulong>(ends, (int)Capacity / 64).Clear();
        }
    }

    /// <summary>How much of the first line a reader gets at once.</summary>
    /// <param name="room">Bytes that it takes.</param>
    /// <param name="bytes">What it gets, in bytes from <see cref="Tail"/> on.</param>
    /// <param name="taken">What goes from the ring: one more than it gets if that is the mark of the end of the file.</param>
    /// <returns>Whether that is the end of a line.</returns>
    internal readonly bool MeasureLine(uint room, out uint bytes, out uint taken)
    {
        uint available = Math.Min(room, LineCount);
        for (uint i = 0; i < available; i++)
        {
            if (IsEnd(Tail + i))
            {
                taken = i + 1;
                bytes = At(Tail + i) == EndOfFile ? i : taken;
                return true;
            }
        }

        bytes = taken = available;

        // A mark of the end right behind a full buffer belongs to what was read: it must not look like an end of the file later.
        if (available == room && available < LineCount && IsEnd(Tail + available) && At(Tail + available) == EndOfFile)
        {
            taken++;
            return true;
        }

        return false;
    }

    /// <summary>Copies bytes from <see cref="Tail"/> on, without taking them.</summary>
    internal readonly void CopyTo(byte* to, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            to[i] = At(Tail + i);
        }
    }

    /// <summary>Takes bytes off.</summary>
    internal void Take(uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            Mark(Tail + i, false);
        }

        Tail += count;
        if ((int)(LineStart - Tail) < 0)
        {
            LineStart = Tail;
        }
    }

    /// <summary>Bytes that FIONREAD counts: those of whole lines without the marks of the end of the file.</summary>
    internal readonly uint CountLines()
    {
        uint count = LineCount;
        for (uint place = Tail; place != LineStart; place++)
        {
            if (IsEnd(place) && At(place) == EndOfFile)
            {
                count--;
            }
        }

        return count;
    }

    private readonly bool IsEnd(uint place) => (_ends[place % Capacity / 64] >> (int)(place % 64) & 1) != 0;

    private void Mark(uint place, bool isEnd)
    {
        ulong bit = 1UL << (int)(place % 64);
        if (isEnd)
        {
            _ends[place % Capacity / 64] |= bit;
        }
        else
        {
            _ends[place % Capacity / 64] &= ~bit;
        }
    }
}
