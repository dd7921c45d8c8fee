using AzaleaOS.Diagnostics;

namespace AzaleaOS.Cpu;

/// <summary>The old interrupt controllers: moved away from the exceptions and masked.</summary>
/// <remarks>Source: Intel 8259A data sheet. Machines without them ignore the writes.</remarks>
internal static class Pic
{
    private const ushort MasterCommand = 0x20;
    private const ushort MasterData = 0x21;
    private const ushort SlaveCommand = 0xa0;
    private const ushort SlaveData = 0xa1;

    /// <summary>A spurious interrupt comes even when all lines are masked: it must not look like an exception.</summary>
    internal static void Silence()
    {
        Port.Out8(MasterCommand, 0x11);
        Port.Out8(SlaveCommand, 0x11);
        Port.Out8(MasterData, Vector.FirstInterrupt);
        Port.Out8(SlaveData, Vector.FirstInterrupt + 8);
        Port.Out8(MasterData, 0x04);
        Port.Out8(SlaveData, 0x02);
        Port.Out8(MasterData, 0x01);
        Port.Out8(SlaveData, 0x01);
        Port.Out8(MasterData, 0xff);
        Port.Out8(SlaveData, 0xff);
    }
}
