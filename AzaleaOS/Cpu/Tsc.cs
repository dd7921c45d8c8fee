using System.Runtime;
using System.Runtime.CompilerServices;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Cpu;

/// <summary>How fast the time-stamp counter runs.</summary>
/// <remarks>
/// Asked in this order: whoever started us; CPUID 15h and 16h; the hypervisor's leaf 40000010h;
/// VMware's port; else it is measured. Measuring does not delay the boot: the reference clock is
/// read once at boot and once more when somebody first wants to know the frequency.
/// </remarks>
internal static unsafe class Tsc
{
    private const uint CrystalLeaf = 0x15;
    private const uint FrequencyLeaf = 0x16;
    private const uint HypervisorTimingLeaf = 0x4000_0010;
    private const uint VmwareGetHz = 45;

    // Far enough from any real clock, should nothing at all be there to measure against.
    private const ulong Guess = 1_000_000_000;

    private static ulong s_frequency;

    /// <summary>The counter at the kernel's first instructions, as the entry code stored it.</summary>
    internal static ulong AtEntry => *(ulong*)(delegate*<void>)&EntryTsc;

    /// <summary>TSC ticks per second. The first call may take some milliseconds if it must be measured.</summary>
    internal static ulong Frequency => s_frequency != 0 ? s_frequency : s_frequency = Measure();

    /// <summary>The same if it is known without measuring; else 0.</summary>
    internal static ulong KnownFrequency => s_frequency;

    /// <summary>Somebody has said it after all.</summary>
    internal static void Learn(ulong frequency) => s_frequency = frequency;

    /// <summary>Looks for somebody who knows; else starts to measure.</summary>
    /// <param name="told">Ticks per second as the starter says, or 0.</param>
    /// <param name="timerPort">The ACPI power-management timer's port, or 0.</param>
    /// <param name="timerHas32Bits">Whether that timer has 32 bits, not 24.</param>
    internal static void Start(ulong told, ushort timerPort, bool timerHas32Bits)
    {
        s_frequency = told != 0 ? told : Ask();
        if (s_frequency == 0) PowerManagementTimer.Start(timerPort, timerHas32Bits);
    }

    /// <summary>The frequency that CPUID leaves 15h and 16h state, or 0.</summary>
    /// <remarks>Source: SDM vol. 3B, 19.7.3.</remarks>
    internal static ulong FromCrystal(CpuIdResult crystal, uint baseMegahertz)
    {
        if (crystal.Eax == 0 || crystal.Ebx == 0) return 0;
        if (crystal.Ecx != 0) return (ulong)crystal.Ecx * crystal.Ebx / crystal.Eax;
        return baseMegahertz * 1_000_000UL;
    }

    private static ulong Ask()
    {
        if (CpuFeatures.MaxHypervisorLeaf >= HypervisorTimingLeaf)
        {
            uint kilohertz = CpuIdResult.Of(HypervisorTimingLeaf).Eax;
            if (kilohertz != 0) return kilohertz * 1000UL;
        }
        if (CpuFeatures.IsVmware)
        {
            CpuIdResult answer;
            Instructions.VmwareBackdoor(VmwareGetHz, (uint*)&answer);
            if (answer.Ebx != uint.MaxValue) return answer.Eax | ((ulong)answer.Ebx << 32);
        }
        if (CpuFeatures.MaxLeaf < CrystalLeaf) return 0;
        uint megahertz = CpuFeatures.MaxLeaf >= FrequencyLeaf ? CpuIdResult.Of(FrequencyLeaf).Eax & 0xffff : 0;
        return FromCrystal(CpuIdResult.Of(CrystalLeaf), megahertz);
    }

    private static ulong Measure()
    {
        if (PowerManagementTimer.TryMeasure(out ulong frequency)) return frequency;
        if (IntervalTimer.TryMeasure(out frequency)) return frequency;
        Log.Warning($"no clock to measure the processor's by: taking it for 1 GHz");
        return Guess;
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_entry_tsc")]
    private static extern void EntryTsc();
}
