namespace AzaleaOS.Diagnostics;

/// <summary>The console: the serial port, and the text screen where there is one.</summary>
internal static class ConsoleWriter
{
    /// <summary>Writes an application's bytes as they are, in one piece.</summary>
    /// <remarks>
    /// On the wire the byte that starts a kernel line is doubled, and the launcher halves it again:
    /// no program can be mistaken for the kernel.
    /// </remarks>
    internal static void Write(ReadOnlySpan<byte> bytes)
    {
        bool interrupts = ConsoleLock.Enter();
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

    /// <summary>Writes while the caller holds <see cref="ConsoleLock"/>.</summary>
    internal static void WriteLocked(ReadOnlySpan<byte> bytes)
    {
        Serial.Write(bytes);
        TextScreen.Write(bytes);
    }
}
