using System.Globalization;

namespace AzaleaOS.Build.StackTraces;

/// <summary>What .NET says of an exception that nobody caught, with the files and lines that NativeAOT does not know.</summary>
internal static class UnhandledException
{
    /// <summary>The status of a program that .NET ended for an exception: 128 and SIGABRT.</summary>
    internal const int Status = 134;

    private const string Head = "Unhandled exception. ";

    /// <summary>The last message of that kind in what a program wrote, with lines.</summary>
    /// <param name="written">What it wrote.</param>
    /// <param name="program">The executable, or the image that it is linked into.</param>
    /// <returns>Null if there is no such message, or no line of it is known.</returns>
    internal static string? Describe(string written, string program)
    {
        int head = written.LastIndexOf(Head, StringComparison.Ordinal);
        if (head < 0)
            return null;
        string[] lines = written[head..].ReplaceLineEndings("\n").Split('\n');
        int count = Array.FindLastIndex(lines, line => TraceLine.Parse(line) is not null) + 1;
        if (count == 0 || TraceSymbols.Load(program) is not { } symbols)
            return null;
        string[] located = [.. lines.Take(count).Select(line => WithLine(line, symbols))];
        return located.SequenceEqual(lines.Take(count)) ? null : string.Join('\n', located);
    }

    /// <summary>A line of any text; if it is one of a stack trace, then with the file and the line where they are known.</summary>
    internal static string WithLine(string line, TraceSymbols symbols)
        => TraceLine.Parse(line) is { } frame && symbols.Find(frame) is { File.Length: > 0 } row
            ? string.Create(CultureInfo.InvariantCulture, $"{frame.Text} in {row.File}:line {row.Line}")
            : line;
}
