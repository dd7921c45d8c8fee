using AzaleaOS.Build.Assembler;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>Port input and output.</summary>
/// <remarks>
/// In: di port; esi value. Out: eax value read. Clobbers rax, rdx.
/// Source: SDM vol. 2A, IN; vol. 2B, OUT.
/// </remarks>
internal static class Ports
{
    [AssemblerMethod("azalea_in8")]
    internal static void In8(KernelAssembler a)
    {
        a.mov(edx, edi);
        a.@in(al, dx);
        a.movzx(eax, al);
        a.ret();
    }

    [AssemblerMethod("azalea_in16")]
    internal static void In16(KernelAssembler a)
    {
        a.mov(edx, edi);
        a.@in(ax, dx);
        a.movzx(eax, ax);
        a.ret();
    }

    [AssemblerMethod("azalea_in32")]
    internal static void In32(KernelAssembler a)
    {
        a.mov(edx, edi);
        a.@in(eax, dx);
        a.ret();
    }

    [AssemblerMethod("azalea_out8")]
    internal static void Out8(KernelAssembler a)
    {
        a.mov(edx, edi);
        a.mov(eax, esi);
        a.@out(dx, al);
        a.ret();
    }

    [AssemblerMethod("azalea_out16")]
    internal static void Out16(KernelAssembler a)
    {
        a.mov(edx, edi);
        a.mov(eax, esi);
        a.@out(dx, ax);
        a.ret();
    }

    [AssemblerMethod("azalea_out32")]
    internal static void Out32(KernelAssembler a)
    {
        a.mov(edx, edi);
        a.mov(eax, esi);
        a.@out(dx, eax);
        a.ret();
    }
}
