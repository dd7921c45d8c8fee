using AzaleaOS.Diagnostics;

namespace AzaleaOS.Cpu;

/// <summary>The battery-backed clock of a PC: the wall clock where nobody tells a better one.</summary>
/// <remarks>
/// Counts whole seconds, and is taken to run in UTC. Reading waits until it is not being updated, at most
/// two milliseconds. Source: Motorola MC146818A data sheet; ACPI 6.5, 5.2.9 (CENTURY).
/// </remarks>
internal static class RealTimeClock
{
    private const ushort IndexPort = 0x70;
    private const ushort DataPort = 0x71;
    private const byte StatusA = 0x0a;
    private const byte StatusB = 0x0b;
    private const byte Century = 0x32;
    private const byte UpdateInProgress = 0x80;
    private const int PatiencePolls = 100_000;

    /// <summary>Seconds since 1970 UTC; 0 if the clock shows no possible time.</summary>
    internal static long Read()
    {
        CmosTime time = ReadOnce();
        for (int i = 0; i < 3; i++)
        {
            // Two equal readings: no second ended in the middle of one.
            CmosTime again = ReadOnce();
            if (again == time) break;
            time = again;
        }

        return time.ToSeconds(Register(StatusB));
    }

    private static CmosTime ReadOnce()
    {
        for (int i = 0; i < PatiencePolls && (Register(StatusA) & UpdateInProgress) != 0; i++) Instructions.Pause();
        return new CmosTime(Register(0), Register(2), Register(4), Register(7), Register(8), Register(9), Register(Century));
    }

    private static byte Register(byte index)
    {
        Port.Out8(IndexPort, index);
        return Port.In8(DataPort);
    }
}
