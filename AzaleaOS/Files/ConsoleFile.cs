using AzaleaOS.Abi;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Files;

/// <summary>The bare console as a file. It is no terminal: it has no settings, and nothing is typed.</summary>
internal static unsafe class ConsoleFile
{
    // In pieces, so that other cores can write a report in between, and small enough for the stack.
    private const int LargestPiece = 1024;

    /// <summary>Where written bytes go: bytes, how many, and which of <see cref="ConsoleFraming"/>'s streams. Set at boot to the console, and by tests to a buffer.</summary>
    internal static delegate*<byte*, int, byte, void> Output { get; set; }

    /// <summary>The end of the file at once.</summary>
    internal static long Read(OpenFile* file, Transfer* transfer) => 0;

    /// <summary>Writes bytes as they are, to the stream that the open file stands for.</summary>
    internal static long Write(OpenFile* file, Transfer* transfer)
    {
        byte stream = file->Data == null ? ConsoleFraming.ToOutput : (byte)(nuint)file->Data;
        byte* piece = stackalloc byte[LargestPiece];
        long written = 0;
        while (transfer->Left != 0)
        {
            ulong wanted = Math.Min(transfer->Left, LargestPiece);
            ulong taken = transfer->Take(piece, wanted);
            Output(piece, (int)taken, stream);
            written += (long)taken;
            if (taken < wanted)
            {
                return written == 0 ? -Errno.EFAULT : written;
            }
        }

        return written;
    }

    /// <summary>The real console.</summary>
    internal static void WriteToConsole(byte* bytes, int length, byte stream) => ConsoleWriter.Write(new ReadOnlySpan<byte>(bytes, length), stream);
}
