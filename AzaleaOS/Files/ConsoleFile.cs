using AzaleaOS.Abi;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Files;

/// <summary>The console as a file. It is no terminal: it has no settings, and nothing is typed.</summary>
internal static unsafe class ConsoleFile
{
    // In pieces, so that other cores can write a report in between, and small enough for the stack.
    private const int LargestPiece = 1024;

    /// <summary>Where written bytes go. Set at boot to the console, and by tests to a buffer.</summary>
    internal static delegate*<byte*, int, void> Output { get; set; }

    /// <summary>The end of the file at once.</summary>
    internal static long Read(OpenFile* file, Transfer* transfer) => 0;

    /// <summary>Shows bytes.</summary>
    internal static long Write(OpenFile* file, Transfer* transfer)
    {
        byte* piece = stackalloc byte[LargestPiece];
        long written = 0;
        while (transfer->Left != 0)
        {
            ulong wanted = Math.Min(transfer->Left, LargestPiece);
            ulong taken = transfer->Take(piece, wanted);
            Output(piece, (int)taken);
            written += (long)taken;
            if (taken < wanted)
            {
                return written == 0 ? -Errno.EFAULT : written;
            }
        }

        return written;
    }

    /// <summary>The real console.</summary>
    internal static void WriteToConsole(byte* bytes, int length) => ConsoleWriter.Write(new ReadOnlySpan<byte>(bytes, length));
}
