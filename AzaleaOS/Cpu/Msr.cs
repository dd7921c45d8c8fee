namespace AzaleaOS.Cpu;

/// <summary>Numbers of model-specific registers.</summary>
/// <remarks>Source: SDM vol. 4, table 2-2.</remarks>
internal static class Msr
{
    internal const uint ApicBase = 0x1b;
    internal const uint TscDeadline = 0x6e0;

    /// <summary>Register r of the memory-mapped local APIC is MSR X2Apic + r / 16 in x2APIC mode.</summary>
    internal const uint X2Apic = 0x800;

    internal const uint Efer = 0xc000_0080;
    internal const uint Star = 0xc000_0081;
    internal const uint LongStar = 0xc000_0082;
    internal const uint SystemCallFlagMask = 0xc000_0084;
    internal const uint FsBase = 0xc000_0100;
    internal const uint GsBase = 0xc000_0101;

    /// <summary>EFER bit 0: the syscall instruction exists.</summary>
    internal const ulong EferSystemCall = 1 << 0;
}
