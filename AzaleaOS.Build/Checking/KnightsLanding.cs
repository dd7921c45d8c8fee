using System.Collections.Frozen;
using Iced.Intel;

namespace AzaleaOS.Build.Checking;

/// <summary>The instructions that a Xeon Phi 7200 (Knights Landing) has: the oldest machine the kernel runs on.</summary>
/// <remarks>
/// AVX-512 F, CD, ER and PF, but not VL, BW or DQ; no CLFLUSHOPT, CLWB, SHA, PKU, RDPID, INVPCID, XSAVEC or XSAVES.
/// Sources: Intel Architecture Instruction Set Extensions Programming Reference, table 1-1 (CPUID of Knights
/// Landing); GCC's -march=knl.
/// </remarks>
internal static class KnightsLanding
{
    private static readonly FrozenSet<CpuidFeature> s_features = new[]
    {
        CpuidFeature.INTEL8086, CpuidFeature.INTEL8086_ONLY, CpuidFeature.INTEL186, CpuidFeature.INTEL286,
        CpuidFeature.INTEL286_ONLY, CpuidFeature.INTEL386, CpuidFeature.INTEL386_ONLY, CpuidFeature.INTEL486, CpuidFeature.X64,
        CpuidFeature.FPU, CpuidFeature.FPU287, CpuidFeature.FPU387, CpuidFeature.CMOV, CpuidFeature.CPUID,
        CpuidFeature.CX8, CpuidFeature.CMPXCHG16B, CpuidFeature.CLFSH, CpuidFeature.FXSR, CpuidFeature.MMX,
        CpuidFeature.MSR, CpuidFeature.TSC, CpuidFeature.RDTSCP, CpuidFeature.RDPMC, CpuidFeature.SEP,
        CpuidFeature.SYSCALL, CpuidFeature.PAUSE, CpuidFeature.MULTIBYTENOP, CpuidFeature.SMM, CpuidFeature.MONITOR,
        CpuidFeature.SSE, CpuidFeature.SSE2, CpuidFeature.SSE3, CpuidFeature.SSSE3, CpuidFeature.SSE4_1,
        CpuidFeature.SSE4_2, CpuidFeature.POPCNT, CpuidFeature.LZCNT, CpuidFeature.MOVBE, CpuidFeature.AES,
        CpuidFeature.PCLMULQDQ, CpuidFeature.AVX, CpuidFeature.AVX2, CpuidFeature.FMA, CpuidFeature.F16C,
        CpuidFeature.BMI1, CpuidFeature.BMI2, CpuidFeature.ADX, CpuidFeature.RDRAND, CpuidFeature.RDSEED,
        CpuidFeature.FSGSBASE, CpuidFeature.PREFETCHW, CpuidFeature.PREFETCHWT1, CpuidFeature.XSAVE,
        CpuidFeature.XSAVEOPT, CpuidFeature.VMX,
        CpuidFeature.AVX512F, CpuidFeature.AVX512CD, CpuidFeature.AVX512ER, CpuidFeature.AVX512PF,

        // ENDBR64 is a NOP on processors without it.
        CpuidFeature.CET_IBT,
    }.ToFrozenSet();

    /// <summary>The first feature that an instruction needs and Knights Landing lacks, or null.</summary>
    internal static CpuidFeature? Missing(in Instruction instruction)
    {
        foreach (CpuidFeature feature in instruction.CpuidFeatures)
        {
            if (!s_features.Contains(feature))
                return feature;
        }

        return null;
    }
}
