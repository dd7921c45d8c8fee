namespace AzaleaOS.Files.Reports;

/// <summary>The parts of a line of <see cref="ReportTable"/>.</summary>
internal static unsafe class ReportLine
{
    /// <summary>What a line's name is followed by, or what it begins with: what kind of line it is.</summary>
    internal static byte* Mark(byte* line)
    {
        while (*line is not ((byte)'\n' or (byte)'!' or (byte)'*' or (byte)'/' or (byte)':' or (byte)';' or (byte)'=' or (byte)'>' or (byte)'@' or (byte)'|' or (byte)'~'))
        {
            line++;
        }

        return line;
    }

    /// <summary>The line after it.</summary>
    internal static byte* Next(byte* line)
    {
        while (*line != '\n')
        {
            line++;
        }

        return line + 1;
    }
}
