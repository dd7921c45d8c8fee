namespace AzaleaOS.Diagnostics;

/// <summary>Lines of the kernel on the console, told apart from the application's output.</summary>
/// <remarks>
/// Each line starts with the byte 1Eh (RS) and ends with LF. The launcher shows these lines on its
/// standard error and everything else on its standard output. Lines of several cores do not mix.
/// </remarks>
internal static class Log
{
    /// <summary>Starts a line of the kernel on the wire.</summary>
    internal const byte RecordSeparator = 0x1e;

    /// <summary>Whether the boot log is shown: option <c>verbose</c>.</summary>
    internal static bool IsVerbose { get; set; }

    /// <summary>A line of the boot log.</summary>
    internal static void Verbose(scoped VerboseMessage message)
    {
        if (IsVerbose) Write(""u8, message.Written);
    }

    /// <summary>Something is not as it should be, and the kernel goes on.</summary>
    internal static void Warning(scoped LogMessage message) => Write("warning: "u8, message.Written);

    /// <summary>Something that the user asked for cannot be done.</summary>
    internal static void Error(scoped LogMessage message) => Write("error: "u8, message.Written);

    /// <summary>A line that is always shown: an answer to an option, a part of a report.</summary>
    internal static void Line(scoped LogMessage message) => Write(""u8, message.Written);

    private static void Write(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> text)
    {
        bool interrupts = ConsoleLock.Enter();
        ConsoleWriter.WriteLocked([RecordSeparator]);
        ConsoleWriter.WriteLocked(prefix);
        ConsoleWriter.WriteLocked(text);
        ConsoleWriter.WriteLocked("\n"u8);
        ConsoleLock.Exit(interrupts);
    }
}
