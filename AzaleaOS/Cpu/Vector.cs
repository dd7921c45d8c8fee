namespace AzaleaOS.Cpu;

/// <summary>Interrupt vectors. 0 to 31 are the processor's exceptions.</summary>
/// <remarks>Source: SDM vol. 3A, table 6-1.</remarks>
internal static class Vector
{
    internal const int DivideError = 0;
    internal const int Debug = 1;
    internal const int Nmi = 2;
    internal const int Breakpoint = 3;
    internal const int InvalidOpcode = 6;
    internal const int DoubleFault = 8;
    internal const int GeneralProtection = 13;
    internal const int PageFault = 14;
    internal const int FloatingPoint = 16;
    internal const int AlignmentCheck = 17;
    internal const int MachineCheck = 18;
    internal const int SimdFloatingPoint = 19;

    /// <summary>The first vector that is no exception; the old PIC's sixteen start here, masked.</summary>
    internal const int FirstInterrupt = 32;

    /// <summary>The Linux peer's doorbell.</summary>
    internal const int Doorbell = 0x31;

    /// <summary>The serial port has received something.</summary>
    internal const int Serial = 0x32;

    /// <summary>Another core asks for an answer: <see cref="Cores.Ping"/>.</summary>
    internal const int Ping = 0xf0;

    /// <summary>Another core put something into this core's inbox.</summary>
    internal const int Wake = 0xf1;

    /// <summary>The one-shot timer.</summary>
    internal const int Timer = 0xf2;

    /// <summary>Another core waits until this one has dropped translations: <see cref="Cpu.Shootdown"/>.</summary>
    internal const int Shootdown = 0xf3;

    /// <summary>The one-shot timer, when it ends a nap: <see cref="OneShotTimer.TryNap"/>.</summary>
    internal const int Nap = 0xf4;

    /// <summary>The local APIC withdrew an interrupt. Bits 0 to 3 must be ones on old processors.</summary>
    internal const int Spurious = 0xff;

    /// <summary>How many vectors there are.</summary>
    internal const int Count = 256;
}
