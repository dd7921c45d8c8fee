using AzaleaOS.Build.Assembler;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>XCR0 and the XSAVE area.</summary>
/// <remarks>Source: SDM vol. 1, 13; vol. 2D, XGETBV, XSETBV, XSAVE, XRSTOR.</remarks>
internal static class VectorState
{
    /// <remarks>Out: rax XCR0. Clobbers rcx, rdx.</remarks>
    [AssemblerMethod("azalea_xgetbv")]
    internal static void ReadXcr0(KernelAssembler a)
    {
        a.xor(ecx, ecx);
        a.xgetbv();
        a.shl(rdx, 32);
        a.or(rax, rdx);
        a.ret();
    }

    /// <remarks>In: rdi value. Clobbers rax, rcx, rdx.</remarks>
    [AssemblerMethod("azalea_xsetbv")]
    internal static void WriteXcr0(KernelAssembler a)
    {
        a.xor(ecx, ecx);
        SplitMask(a, rdi);
        a.xsetbv();
        a.ret();
    }

    /// <remarks>In: rdi 64-byte aligned area. All components that XCR0 has. Clobbers rax, rdx.</remarks>
    [AssemblerMethod("azalea_xsave")]
    internal static void XSave(KernelAssembler a)
    {
        AllComponents(a);
        a.xsave64(__[rdi]);
        a.ret();
    }

    /// <remarks>In: rdi 64-byte aligned area. All components that XCR0 has. Clobbers rax, rdx and the components.</remarks>
    [AssemblerMethod("azalea_xrstor")]
    internal static void XRestore(KernelAssembler a)
    {
        AllComponents(a);
        a.xrstor64(__[rdi]);
        a.ret();
    }

    /// <remarks>In: rdi 16-byte aligned area of 512 bytes. Clobbers nothing. Source: SDM vol. 2A, FXSAVE.</remarks>
    [AssemblerMethod("azalea_fxsave")]
    internal static void FxSave(KernelAssembler a)
    {
        a.fxsave64(__[rdi]);
        a.ret();
    }

    /// <remarks>In: rdi 16-byte aligned area of 512 bytes. Clobbers x87 and SSE state. Source: SDM vol. 2A, FXRSTOR.</remarks>
    [AssemblerMethod("azalea_fxrstor")]
    internal static void FxRestore(KernelAssembler a)
    {
        a.fxrstor64(__[rdi]);
        a.ret();
    }

    /// <summary>edx:eax = a 64-bit value.</summary>
    // The instructions take what both edx:eax and XCR0 have.
    private static void AllComponents(KernelAssembler a)
    {
        a.mov(eax, -1);
        a.mov(edx, eax);
    }

    private static void SplitMask(KernelAssembler a, Iced.Intel.AssemblerRegister64 value)
    {
        a.mov(rax, value);
        a.mov(rdx, value);
        a.shr(rdx, 32);
    }
}
