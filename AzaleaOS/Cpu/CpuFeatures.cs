using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>What CPUID says of the cores of this machine. Read once, on the boot core.</summary>
/// <remarks>Source: SDM vol. 2A, CPUID; hypervisor leaves: VMware KB 1009458, Linux asm/vmware.h.</remarks>
internal static unsafe class CpuFeatures
{
    private const uint HypervisorLeaf = 0x4000_0000;

    // Every processor with long mode has it.
    private const uint ExtendedLeaf = 0x8000_0001;

    private static uint s_maxLeaf;
    private static uint s_maxHypervisorLeaf;
    private static uint s_features;
    private static uint s_family;

    /// <summary>The highest basic leaf.</summary>
    internal static uint MaxLeaf => s_maxLeaf;

    /// <summary>The highest hypervisor leaf, or 0.</summary>
    internal static uint MaxHypervisorLeaf => s_maxHypervisorLeaf;

    /// <summary>Family with the extended family added: 6, 15, 23, ...</summary>
    internal static uint Family => s_family;

    /// <summary>The local APIC can be in x2APIC mode.</summary>
    internal static bool HasX2Apic => Has(21);

    /// <summary>The APIC timer can fire at a time-stamp.</summary>
    internal static bool HasTscDeadline => Has(24);

    /// <summary>XSAVE, XRSTOR and XCR0 exist.</summary>
    internal static bool HasXSave => Has(26);

    /// <summary>MONITOR and MWAIT exist.</summary>
    internal static bool HasMonitor => Has(3);

    /// <summary>The RDRAND instruction exists.</summary>
    internal static bool HasRandom => Has(30);

    /// <summary>The RDSEED instruction exists.</summary>
    internal static bool HasSeed => s_maxLeaf >= 7 && (CpuIdResult.Of(7).Ebx & (1 << 18)) != 0;

    /// <summary>CPUID 1, edx: what a program finds as AT_HWCAP.</summary>
    internal static uint ProgramFeatures => CpuIdResult.Of(1).Edx;

    /// <summary>A hypervisor or emulator runs us.</summary>
    internal static bool HasHypervisor => Has(31);

    /// <summary>Pages of 1 GiB exist.</summary>
    internal static bool HasHugePages { get; private set; }

    /// <summary>The hypervisor is VMware's.</summary>
    internal static bool IsVmware { get; private set; }

    /// <summary>Asks the processor.</summary>
    internal static void Detect()
    {
        CpuIdResult basic = CpuIdResult.Of(0);
        s_maxLeaf = basic.Eax;

        CpuIdResult version = CpuIdResult.Of(1);
        s_features = version.Ecx;
        s_family = (version.Eax >> 8) & 0xf;
        if (s_family == 0xf) s_family += (version.Eax >> 20) & 0xff;

        HasHugePages = (CpuIdResult.Of(ExtendedLeaf).Edx & (1 << 26)) != 0;

        s_maxHypervisorLeaf = 0;
        if (!HasHypervisor) return;
        CpuIdResult hypervisor = CpuIdResult.Of(HypervisorLeaf);
        if (hypervisor.Eax is > HypervisorLeaf and < HypervisorLeaf + 0x100) s_maxHypervisorLeaf = hypervisor.Eax;
        // "VMwareVMware" in ebx, ecx, edx.
        IsVmware = hypervisor is { Ebx: 0x6177_4d56, Ecx: 0x4d56_6572, Edx: 0x6572_6177 };
    }

    /// <summary>The local APIC id of this core, all 32 bits of it where leaf 0Bh has them.</summary>
    internal static ApicId ReadApicId()
    {
        if (s_maxLeaf >= 0xb)
        {
            CpuIdResult topology = CpuIdResult.Of(0xb);
            if (topology.Ebx != 0) return new ApicId(topology.Edx);
        }
        return new ApicId(CpuIdResult.Of(1).Ebx >> 24);
    }

    private static bool Has(int bit) => ((s_features >> bit) & 1) != 0;
}
