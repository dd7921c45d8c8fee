using System.Runtime.InteropServices;

namespace AzaleaOS.Cpu;

/// <summary>The four registers that CPUID fills.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CpuIdResult
{
    internal uint Eax;
    internal uint Ebx;
    internal uint Ecx;
    internal uint Edx;

    /// <summary>Runs CPUID with eax and ecx as given.</summary>
    internal static CpuIdResult Of(uint leaf, uint subleaf = 0)
    {
        CpuIdResult result;
        Instructions.CpuId(leaf, subleaf, (uint*)&result);
        return result;
    }
}
