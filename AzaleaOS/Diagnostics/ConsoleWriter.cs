using AzaleaOS.Abi;

namespace AzaleaOS.Diagnostics;

/// <summary>The console: the serial port, and the text screen where there is one.</summary>
internal static class ConsoleWriter
{
    private static byte s_stream = ConsoleFraming.ToOutput;

    /// <summary>Whether the other end was told to tell streams apart. Else standard error is part of the output.</summary>
    internal static bool HasStreams { get; set; }

    /// <summary>Writes an application's bytes as they are, in one piece.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="stream">Where they are to go: one of <see cref="ConsoleFraming"/>'s streams.</param>
    /// <remarks>
    /// On the wire the byte that starts a kernel line is doubled, and the launcher halves it again:
    /// no program can be mistaken for the kernel.
    /// </remarks>
    internal static void Write(ReadOnlySpan<byte> bytes, byte stream = ConsoleFraming.ToOutput)
    {
        bool interrupts = ConsoleLock.Enter();
        if (HasStreams && stream != s_stream)
        {
            s_stream = stream;
            Serial.Write([ConsoleFraming.Separator, stream]);
        }

        int start = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != Log.RecordSeparator) continue;
            WriteLocked(bytes[start..(i + 1)]);
            start = i;
        }
        WriteLocked(bytes[start..]);
        ConsoleLock.Exit(interrupts);
    }

    /// <summary>Tells the other end that input is heard from now on.</summary>
    internal static void Listen()
    {
        bool interrupts = ConsoleLock.Enter();
        Serial.Write([ConsoleFraming.Separator, ConsoleFraming.Listening]);
        ConsoleLock.Exit(interrupts);
    }

    /// <summary>Writes while the caller holds <see cref="ConsoleLock"/>.</summary>
    internal static void WriteLocked(ReadOnlySpan<byte> bytes)
    {
        Serial.Write(bytes);
        TextScreen.Write(bytes);
    }
}
