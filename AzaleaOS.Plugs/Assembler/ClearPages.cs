using AzaleaOS.Build.Assembler;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>Fills pages with zeros, 32 bytes at a time.</summary>
internal static class ClearPages
{
    private const int YmmBytes = 32;
    private const int Step = 2048;

    // XINUSE and XCR0: the upper halves of the ymm registers. Source: SDM vol. 1, 13.6.
    private const int UpperHalves = 1 << 2;

    /// <remarks>
    /// In: rdi first byte, aligned to 32; rsi behind the last, whole pages; edx whether XGETBV tells what is in use. AVX is on.
    /// Clobbers rax, rcx, rdx, rsi, rdi. Where no upper half was in use none is afterwards, so that the processor does not take
    /// the program's SSE code for a mixture (Intel's optimization manual, 15.3).
    /// </remarks>
    [AssemblerMethod("azalea_clear_pages")]
    internal static void Clear(KernelAssembler a)
    {
        Label ready = a.CreateLabel();
        Label next = a.CreateLabel();
        Label isClean = a.CreateLabel();
        a.mov(eax, UpperHalves);
        a.test(edx, edx);
        a.je(ready);
        a.mov(ecx, 1);
        a.xgetbv();
        a.Label(ref ready);
        a.sub(rsp, YmmBytes + 8);
        a.vmovdqu(__ymmword_ptr[rsp], ymm0);
        a.vxorps(xmm0, xmm0, xmm0); // and the upper half
        a.Label(ref next);
        for (int offset = 0; offset < Step; offset += YmmBytes)
        {
            a.vmovdqa(__ymmword_ptr[rdi + offset], ymm0);
        }

        a.add(rdi, Step);
        a.cmp(rdi, rsi);
        a.jne(next);
        a.test(al, UpperHalves);
        a.je(isClean);
        a.vmovdqu(ymm0, __ymmword_ptr[rsp]);
        a.add(rsp, YmmBytes + 8);
        a.ret();
        a.Label(ref isClean);
        a.vzeroupper();
        a.movups(xmm0, __xmmword_ptr[rsp]);
        a.add(rsp, YmmBytes + 8);
        a.ret();
    }
}
