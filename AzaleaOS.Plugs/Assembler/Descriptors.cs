using AzaleaOS.Build.Assembler;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>Descriptor-table registers.</summary>
/// <remarks>Source: SDM vol. 2A, LGDT/LIDT, LTR; vol. 3A, 3.4.3 for the segment registers.</remarks>
internal static class Descriptors
{
    /// <remarks>
    /// In: rdi 10-byte descriptor of a table with the kernel's code at 0x08 and data at 0x10.
    /// FS and GS keep their bases: loading their selectors would clear them. Clobbers rax.
    /// </remarks>
    [AssemblerMethod("azalea_lgdt")]
    internal static void LoadGdt(KernelAssembler a)
    {
        a.lgdt(__[rdi]);
        a.mov(eax, Selectors.Data);
        a.mov(ss, eax);
        a.mov(ds, eax);
        a.mov(es, eax);
        a.lea(rax, __[a[".reload"]]);
        a.push(Selectors.Code);
        a.push(rax);
        a.FarReturn();
        a.Cfi.FunctionEntry();
        a.Define(".reload");
        a.ret();
    }

    /// <remarks>In: rdi 10-byte descriptor.</remarks>
    [AssemblerMethod("azalea_lidt")]
    internal static void LoadIdt(KernelAssembler a)
    {
        a.lidt(__[rdi]);
        a.ret();
    }

    /// <remarks>In: di selector.</remarks>
    [AssemblerMethod("azalea_ltr")]
    internal static void LoadTaskRegister(KernelAssembler a)
    {
        a.ltr(di);
        a.ret();
    }
}
