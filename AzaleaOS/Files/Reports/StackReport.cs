using AzaleaOS.Memory;

namespace AzaleaOS.Files.Reports;

/// <summary>What the program found on its stack, as it is now: arguments, environment, auxiliary vector.</summary>
internal static unsafe class StackReport
{
    /// <summary>Writes a range of the application's memory, up to where it is gone.</summary>
    internal static void Write(ReportText* text, ProgramAddress range)
    {
        ulong end = Process.Addresses[(int)range + 1];
        for (ulong at = Process.Addresses[(int)range]; at < end && UserMemory.TryRead(at, out byte letter); at++)
        {
            text->Append(letter);
        }
    }
}
