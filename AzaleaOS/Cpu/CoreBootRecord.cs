using System.Runtime.InteropServices;

namespace AzaleaOS.Cpu;

/// <summary>Where a starting core, known only by its APIC id, finds its stack and block.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CoreBootRecord
{
    /// <summary>The local APIC id: CPUID 0Bh edx, or CPUID 1 ebx[31:24] without that leaf.</summary>
    internal uint ApicId;

    /// <summary>NUMA node, as an index from 0. Not read by the trampoline.</summary>
    internal uint Node;

    /// <summary>The stack the core starts on: its idle thread's.</summary>
    internal ulong StackTop;

    /// <summary>The core's block.</summary>
    internal CoreBlock* Block;
}
