namespace AzaleaOS.Files.Reports;

/// <summary>Writes text with values in it.</summary>
/// <remarks>
/// A value is '%', a zero to pad with zeros, a width, '&amp;' for the low 31 bits, 'x' or 'o' for hexadecimal or octal, 'c' for a letter, 'k' for KiB or
/// 'g' for pages, and
/// two letters that say which: a group and one in it. '.' before them: hundredths. '_'
/// stands for as many spaces. Groups with capital letters are pieces of text, not numbers.
/// </remarks>
internal static unsafe class ReportTemplate
{
    /// <summary>Writes a file of <see cref="ReportTable"/>.</summary>
    /// <param name="text">Where.</param>
    /// <param name="mark">What its name is followed by in its line.</param>
    /// <param name="argument">The numbers on its path.</param>
    internal static void WriteFile(ReportText* text, byte* mark, ulong argument)
    {
        if (*mark == ':')
        {
            WriteLines(text, ReportLine.Next(mark), argument);
            return;
        }

        Write(text, mark + 1, argument);
        if (*mark is (byte)'=' or (byte)'!')
        {
            text->Append((byte)'\n');
        }
    }

    /// <summary>Writes lines of the table, up to one that is of another kind.</summary>
    internal static void WriteLines(ReportText* text, byte* line, ulong argument)
    {
        while (*line is (byte)'|' or (byte)'*')
        {
            byte kind = *line++;
            byte* end = ReportLine.ValueOrEnd(line);
            if (*end == '\n' && kind == '|')
            {
                // As it stands there, with its end.
                text->Append(new ReadOnlySpan<byte>(line, (int)(end + 1 - line)));
                line = end + 1;
                continue;
            }

            Write(text, line, argument);
            line = ReportLine.Next(end);
            if (kind == '|')
            {
                text->Append((byte)'\n');
            }
        }
    }

    /// <summary>Writes text with values, up to the end of the line.</summary>
    internal static void Write(ReportText* text, byte* template, ulong argument)
    {
        for (; *template != '\n'; template++)
        {
            if (*template != '%')
            {
                byte* end = ReportLine.ValueOrEnd(template);
                text->Append(new ReadOnlySpan<byte>(template, (int)(end - template)));
                template = end - 1;
                continue;
            }

            byte pad = *++template == '0' ? (byte)'0' : (byte)' ';
            int width = 0;
            for (; *template is >= (byte)'0' and <= (byte)'9'; template++)
            {
                width = (width * 10) + *template - '0';
            }

            ulong mask = ulong.MaxValue;
            if (*template == '&')
            {
                mask = int.MaxValue;
                template++;
            }

            byte form = *template;
            uint radix = form == 'x' ? 16u : form == 'o' ? 8u : 10u;
            template += form is (byte)'x' or (byte)'o' or (byte)'c' or (byte)'k' or (byte)'g' ? 1 : 0;
            byte group = *template;
            if (group == '_')
            {
                text->Pad(text->Length + width);
                continue;
            }

            byte item = *++template;
            if (group == '.')
            {
                ulong hundredths = ReportValues.Of(item, *++template, argument);
                text->Append(hundredths / 100);
                text->Append((byte)'.');
                text->Append(hundredths % 100, 10, 2, (byte)'0');
            }
            else if (group < 'a')
            {
                ReportPieces.Write(text, group, item, argument);
            }
            else
            {
                ulong value = ReportValues.Of(group, item, argument) & mask;
                value >>= form == 'k' ? 10 : form == 'g' ? 12 : 0;
                if (form == 'c')
                {
                    text->Append((byte)value);
                }
                else
                {
                    text->Append(value, radix, width, pad);
                }
            }
        }
    }
}
