using AzaleaOS.Build.Assembler;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>Control registers and the translation cache.</summary>
/// <remarks>
/// In: rdi value or address. Out: rax value read. Clobbers nothing else.
/// Source: SDM vol. 2B, MOV to and from control registers; vol. 2A, INVLPG.
/// </remarks>
internal static class ControlRegisters
{
    [AssemblerMethod("azalea_read_cr0")]
    internal static void ReadCr0(KernelAssembler a)
    {
        a.mov(rax, cr0);
        a.ret();
    }

    [AssemblerMethod("azalea_write_cr0")]
    internal static void WriteCr0(KernelAssembler a)
    {
        a.mov(cr0, rdi);
        a.ret();
    }

    [AssemblerMethod("azalea_read_cr2")]
    internal static void ReadCr2(KernelAssembler a)
    {
        a.mov(rax, cr2);
        a.ret();
    }

    [AssemblerMethod("azalea_read_dr6")]
    internal static void ReadDr6(KernelAssembler a)
    {
        a.mov(rax, dr6);
        a.ret();
    }

    /// <remarks>In: rdi value. Clobbers nothing.</remarks>
    [AssemblerMethod("azalea_write_dr6")]
    internal static void WriteDr6(KernelAssembler a)
    {
        a.mov(dr6, rdi);
        a.ret();
    }

    [AssemblerMethod("azalea_read_cr3")]
    internal static void ReadCr3(KernelAssembler a)
    {
        a.mov(rax, cr3);
        a.ret();
    }

    [AssemblerMethod("azalea_write_cr3")]
    internal static void WriteCr3(KernelAssembler a)
    {
        a.mov(cr3, rdi);
        a.ret();
    }

    [AssemblerMethod("azalea_read_cr4")]
    internal static void ReadCr4(KernelAssembler a)
    {
        a.mov(rax, cr4);
        a.ret();
    }

    [AssemblerMethod("azalea_write_cr4")]
    internal static void WriteCr4(KernelAssembler a)
    {
        a.mov(cr4, rdi);
        a.ret();
    }

    [AssemblerMethod("azalea_invlpg")]
    internal static void InvalidatePage(KernelAssembler a)
    {
        a.invlpg(__[rdi]);
        a.ret();
    }
}
