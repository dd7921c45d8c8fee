using AzaleaOS.Diagnostics;

namespace AzaleaOS.Files;

/// <summary>The console as a file. It is no terminal: it has no settings, and nothing is typed.</summary>
internal static unsafe class ConsoleFile
{
    private const int LargestPiece = 4096;

    /// <summary>Where written bytes go. Set at boot to the console, and by tests to a buffer.</summary>
    internal static delegate*<byte*, int, void> Output { get; set; }

    /// <summary>The end of the file at once.</summary>
    internal static long Read(OpenFile* file, byte* buffer, ulong count, long* position) => 0;

    /// <summary>Shows bytes.</summary>
    internal static long Write(OpenFile* file, byte* buffer, ulong count, long* position)
    {
        // In pieces, so that other cores can write a report in between.
        for (ulong done = 0; done < count; done += LargestPiece)
        {
            Output(buffer + done, (int)Math.Min(count - done, LargestPiece));
        }

        return (long)count;
    }

    /// <summary>The real console.</summary>
    internal static void WriteToConsole(byte* bytes, int length) => ConsoleWriter.Write(new ReadOnlySpan<byte>(bytes, length));
}
