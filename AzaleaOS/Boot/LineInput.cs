using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Boot;

/// <summary>Lines from the serial port, for a kernel that is its own program.</summary>
/// <remarks>
/// By polling: such a kernel has nothing else to do while it waits. Bytes are as a launcher sends them, see
/// <see cref="ConsoleFraming"/>, or as somebody types them.
/// </remarks>
internal static class LineInput
{
    private const byte Backspace = 8, Delete = 127;

    private static bool s_listens;
    private static bool s_hasEnded;

    // A line that ended with CR: an LF right behind it belongs to it.
    private static bool s_endedWithReturn;

    /// <summary>Takes a byte that has come. For tests on the host.</summary>
    internal static unsafe delegate*<out byte, bool> Receive { get; set; }

    /// <summary>Waits for a line.</summary>
    /// <param name="line">Where it goes, without its end; what does not fit is lost.</param>
    /// <returns>Bytes of it; -1 when the input has ended.</returns>
    internal static unsafe int Read(Span<byte> line)
    {
        if (!s_listens && Receive == null)
        {
            s_listens = true;
            ConsoleWriter.Listen();
        }

        int length = 0;
        while (!s_hasEnded)
        {
            byte value = Next(out bool isEnd);
            bool isBehindReturn = value == '\n' && s_endedWithReturn;
            s_endedWithReturn = false;
            if (isEnd)
            {
                s_hasEnded = true;
                return length == 0 ? -1 : length;
            }

            if (isBehindReturn)
            {
                continue;
            }

            if (value is (byte)'\n' or (byte)'\r')
            {
                s_endedWithReturn = value == '\r';
                return length;
            }

            if (value is Backspace or Delete)
            {
                length = Math.Max(0, length - 1);
            }
            else if (length < line.Length)
            {
                line[length++] = value;
            }
        }

        return -1;
    }

    /// <summary>Forgets what was.</summary>
    internal static void Reset() => s_listens = s_hasEnded = s_endedWithReturn = false;

    private static byte Next(out bool isEnd)
    {
        byte value = Wait();
        isEnd = false;
        while (value == ConsoleFraming.Separator)
        {
            value = Wait();
            if (value == ConsoleFraming.Separator)
            {
                return value;
            }

            if (value == ConsoleFraming.EndOfInput)
            {
                isEnd = true;
                return 0;
            }

            // A terminal's new size, of no use here.
            while (value != '\n')
            {
                value = Wait();
            }

            value = Wait();
        }

        return value;
    }

    private static unsafe byte Wait()
    {
        byte value;
        while (!(Receive == null ? Serial.TryReceive(out value) : Receive(out value)))
        {
            Instructions.Pause();
        }

        return value;
    }
}
