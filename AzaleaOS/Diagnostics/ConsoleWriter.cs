namespace AzaleaOS.Diagnostics;

/// <summary>The console: the serial port, and the text screen where there is one.</summary>
internal static class ConsoleWriter
{
    /// <summary>Writes an application's bytes as they are, in one piece.</summary>
    internal static void Write(ReadOnlySpan<byte> bytes)
    {
        bool interrupts = ConsoleLock.Enter();
        WriteLocked(bytes);
        ConsoleLock.Exit(interrupts);
    }

    /// <summary>Writes while the caller holds <see cref="ConsoleLock"/>.</summary>
    internal static void WriteLocked(ReadOnlySpan<byte> bytes)
    {
        Serial.Write(bytes);
        TextScreen.Write(bytes);
    }
}
