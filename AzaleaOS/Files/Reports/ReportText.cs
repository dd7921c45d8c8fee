using System.Runtime.CompilerServices;
using AzaleaOS.Memory;

namespace AzaleaOS.Files.Reports;

/// <summary>Writes text into pages that are taken as they are needed. Under a spin lock, too: nothing blocks.</summary>
internal unsafe struct ReportText
{
    /// <summary>Bytes that any number has room in.</summary>
    internal const int MostDigits = 24;

    private ReportPage* _last;

    /// <summary>Where the text begins; null for none.</summary>
    internal ReportPage* First { get; private set; }

    /// <summary>Memory was exhausted: the text has an end that is none.</summary>
    internal bool IsCut { get; private set; }

    /// <summary>Bytes that were appended, also those for which there was no memory.</summary>
    internal long Length { get; private set; }

    /// <summary>How long the text must be, bytes: what is written by the line stops behind the one that reaches it. 0: all of it.</summary>
    internal long Enough { get; set; }

    /// <summary>The address behind what was written by the line, if not all is there; 0 for a text that is whole, or not begun.</summary>
    internal ulong Rest { get; set; }

    /// <summary>Goes on behind a text.</summary>
    /// <param name="first">Its first page.</param>
    internal void GoOn(ReportPage* first)
    {
        First = first;
        Rest = first->Rest;
        for (ReportPage* page = first; page != null; page = page->Next)
        {
            _last = page;
            Length += page->Used;
        }
    }

    /// <summary>Appends nothing more: memory is exhausted.</summary>
    internal void Cut() => IsCut = true;

    /// <summary>Appends a byte.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Append(byte value)
    {
        byte* to = RoomFor(1);
        if (to == null)
        {
            Length++;
            return;
        }

        *to = value;
        Appended(1);
    }

    /// <summary>Appends bytes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Append(ReadOnlySpan<byte> text)
    {
        Length += text.Length;
        while (!text.IsEmpty)
        {
            if (!IsCut && (_last == null || _last->Used == ReportPage.Room))
            {
                Grow();
            }

            if (IsCut)
            {
                return;
            }

            int count = (int)Math.Min(text.Length, ReportPage.Room - _last->Used);
            byte* to = ReportPage.TextOf(_last) + _last->Used;
            text[..count].CopyTo(new Span<byte>(to, count));
            _last->Used += count;
            text = text[count..];
        }
    }

    /// <summary>Writes a number in decimal.</summary>
    /// <param name="to">Where; <see cref="MostDigits"/> bytes are written, though only those of the number count.</param>
    /// <param name="value">The number.</param>
    /// <returns>Behind the last digit.</returns>
    [SkipLocalsInit]
    internal static byte* Write(byte* to, ulong value)
    {
        byte* digits = stackalloc byte[2 * MostDigits];
        int first = MostDigits;
        do
        {
            ulong rest = value / 10;
            digits[--first] = (byte)('0' + (value - (rest * 10)));
            value = rest;
        }
        while (value != 0);
        Unsafe.CopyBlockUnaligned(to, digits + first, MostDigits);
        return to + MostDigits - first;
    }

    /// <summary>Room for a piece of text that lies in one page; <see cref="Appended"/> follows.</summary>
    /// <param name="bytes">At most <see cref="ReportPage.Room"/>.</param>
    /// <returns>Where; null when memory is exhausted.</returns>
    internal byte* RoomFor(int bytes)
    {
        if (!IsCut && (_last == null || ReportPage.Room - _last->Used < bytes))
        {
            Grow();
        }

        return IsCut ? null : ReportPage.TextOf(_last) + _last->Used;
    }

    /// <summary>Where the page ends in which <see cref="RoomFor"/> found room.</summary>
    internal readonly byte* RoomEnd => ReportPage.TextOf(_last) + ReportPage.Room;

    /// <summary>What was written to <see cref="RoomFor"/> is a part of the text.</summary>
    internal void Appended(long bytes)
    {
        Length += bytes;
        _last->Used += bytes;
    }

    /// <summary>Appends spaces.</summary>
    /// <param name="length">Up to this length of all.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Pad(long length)
    {
        ReadOnlySpan<byte> spaces = "                                "u8;
        while (Length < length)
        {
            Append(spaces[..(int)Math.Min(spaces.Length, length - Length)]);
        }
    }

    /// <summary>Appends a number in decimal.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void Append(ulong value) => Append(value, 10, 0, (byte)' ');

    /// <summary>Appends a number.</summary>
    /// <param name="value">The number; in decimal it has a sign, for which there is no width.</param>
    /// <param name="radix">8, 10 or 16.</param>
    /// <param name="width">Characters at least.</param>
    /// <param name="pad">What comes before a number that has fewer.</param>
    internal void Append(ulong value, uint radix, int width, byte pad)
    {
        if (radix == 10 && (long)value < 0)
        {
            Append((byte)'-');
            value = 0 - value;
        }

        byte* digits = stackalloc byte[MostDigits];
        int first = MostDigits;
        int shift = radix == 16 ? 4 : 3;
        do
        {
            ulong rest = radix == 10 ? value / 10 : value >> shift;
            uint digit = (uint)(value - (radix == 10 ? rest * 10 : rest << shift));
            digits[--first] = (byte)(digit + (digit < 10 ? '0' : 'a' - 10));
            value = rest;
        }
        while (value != 0);
        for (int more = width - (MostDigits - first); more > 0; more--)
        {
            if (first > 0)
            {
                digits[--first] = pad;
            }
            else
            {
                Append(pad);
            }
        }

        Append(new ReadOnlySpan<byte>(digits + first, MostDigits - first));
    }

    private void Grow()
    {
        ReportPage* page = (ReportPage*)KernelPages.TakeAny();
        if (page == null)
        {
            IsCut = true;
            return;
        }

        page->Next = null;
        page->Used = 0;
        page->Rest = 0;

        if (_last == null)
        {
            First = page;
        }
        else
        {
            _last->Next = page;
        }

        _last = page;
    }
}
