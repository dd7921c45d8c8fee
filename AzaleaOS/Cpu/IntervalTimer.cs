using AzaleaOS.Diagnostics;

namespace AzaleaOS.Cpu;

/// <summary>The old 8254 timer, the reference of last resort.</summary>
/// <remarks>
/// Channel 0 counts down once and its count is read: nothing is needed but the chip, neither its
/// interrupt nor the speaker's port. Source: Intel 8254 data sheet, mode 0 and counter latch command.
/// </remarks>
internal static class IntervalTimer
{
    private const ulong Frequency = 1_193_182;
    private const ushort Channel0 = 0x40;
    private const ushort Control = 0x43;
    private const byte CountDownOnce = 0x30;
    private const byte Latch = 0x00;
    private const ushort FirstCount = 0xffff;
    private const int Ticks = 11_932;
    private const int PatiencePolls = 100_000;

    /// <summary>Counts TSC ticks for 10 ms.</summary>
    /// <returns>False if there is no such timer.</returns>
    internal static bool TryMeasure(out ulong frequency)
    {
        frequency = 0;
        Port.Out8(Control, CountDownOnce);
        Port.Out8(Channel0, FirstCount & 0xff);
        Port.Out8(Channel0, FirstCount >> 8);
        int start = Read(out ulong startTsc);
        for (int polls = 0; polls < PatiencePolls; polls++)
        {
            int passed = start - Read(out ulong tsc);
            if (passed < Ticks) continue;
            frequency = (tsc - startTsc) * Frequency / (ulong)passed;
            return true;
        }
        return false;
    }

    private static int Read(out ulong tsc)
    {
        Port.Out8(Control, Latch);
        tsc = Instructions.ReadTimestamp();
        int low = Port.In8(Channel0);
        return low | (Port.In8(Channel0) << 8);
    }
}
