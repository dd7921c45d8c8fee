namespace AzaleaOS.Plugs.Assembler;

/// <summary>Control-register bits that a core is started with.</summary>
/// <remarks>Source: SDM vol. 3A, 2.5 (CR0, CR4) and 2.2.1 (IA32_EFER).</remarks>
internal static class ControlBits
{
    /// <summary>Protected mode.</summary>
    internal const uint Protection = 1 << 0;

    /// <summary>CR4.PAE: page-table entries of 8 bytes.</summary>
    internal const uint PhysicalAddressExtension = 1 << 5;

    /// <summary>
    /// CR0 of a running core: PE, MP, ET, NE, WP, PG. Cache disable (CD, NW), set by INIT, and emulation (EM)
    /// are clear: the kernel's C# uses SSE2 from its first instruction.
    /// </summary>
    internal const uint Cr0 = (1u << 31) | (1 << 16) | (1 << 5) | (1 << 4) | (1 << 1) | Protection;

    /// <summary>CR4 of a running core: PAE, OSFXSR, OSXMMEXCPT. The rest is set in C#, by CPUID.</summary>
    internal const uint Cr4 = PhysicalAddressExtension | (1 << 9) | (1 << 10);

    /// <summary>IA32_EFER.</summary>
    internal const uint EferRegister = 0xc000_0080;

    /// <summary>IA32_EFER: LME (long mode) and NXE (no-execute pages).</summary>
    internal const uint EferEnable = (1 << 8) | (1 << 11);
}
