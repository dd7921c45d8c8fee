using AzaleaOS.Diagnostics;

namespace AzaleaOS.Cpu;

/// <summary>The old 8254 timer, the reference of last resort.</summary>
/// <remarks>Source: Intel 8254 data sheet, mode 0; port 61h: gate in bit 0, output of channel 2 in bit 5.</remarks>
internal static class IntervalTimer
{
    private const ulong Frequency = 1_193_182;
    private const ushort Channel2 = 0x42;
    private const ushort Control = 0x43;
    private const ushort Gate = 0x61;
    private const byte OneShotOnChannel2 = 0xb0;
    private const byte GateOn = 0x01;
    private const byte SpeakerOn = 0x02;
    private const byte Output = 0x20;
    private const ushort Ticks = 11_932;
    private const int PatiencePolls = 10_000_000;

    /// <summary>Counts TSC ticks for 10 ms.</summary>
    /// <returns>False if there is no such timer.</returns>
    internal static bool TryMeasure(out ulong frequency)
    {
        frequency = 0;
        byte gate = Port.In8(Gate);
        Port.Out8(Gate, (byte)((gate & ~SpeakerOn) | GateOn));
        Port.Out8(Control, OneShotOnChannel2);
        Port.Out8(Channel2, Ticks & 0xff);
        Port.Out8(Channel2, Ticks >> 8);
        ulong start = Instructions.ReadTimestamp();
        // High from the start: nothing is there and the port floats.
        bool found = (Port.In8(Gate) & Output) == 0;
        for (int polls = 0; found && (Port.In8(Gate) & Output) == 0; polls++) found = polls < PatiencePolls;
        ulong elapsed = Instructions.ReadTimestamp() - start;
        Port.Out8(Gate, gate);
        if (found) frequency = elapsed * Frequency / Ticks;
        return found;
    }
}
