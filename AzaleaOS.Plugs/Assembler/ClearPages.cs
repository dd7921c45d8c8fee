using AzaleaOS.Build.Assembler;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>Fills pages with zeros, and copies, 32 bytes at a time.</summary>
internal static class ClearPages
{
    private const int YmmBytes = 32;
    private const int Step = 2048;
    private const int Block = 512;

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
        Begin(a, edx);
        Label next = a.CreateLabel();
        a.vxorps(xmm0, xmm0, xmm0); // and the upper half
        a.Label(ref next);
        for (int offset = 0; offset < Step; offset += YmmBytes)
        {
            a.vmovdqa(__ymmword_ptr[rdi + offset], ymm0);
        }

        a.add(rdi, Step);
        a.cmp(rdi, rsi);
        a.jne(next);
        End(a);
    }

    /// <remarks>
    /// In: rdi where to; rsi behind the last byte there, a multiple of 512 bytes away; rdx where from; ecx whether XGETBV tells what is in
    /// use. AVX is on. Clobbers rax, rcx, rdx, rdi, r8. Upper halves as above.
    /// </remarks>
    [AssemblerMethod("azalea_copy_blocks")]
    internal static void Copy(KernelAssembler a)
    {
        a.mov(r8, rdx);
        Begin(a, ecx);
        Label next = a.CreateLabel();
        a.Label(ref next);
        for (int offset = 0; offset < Block; offset += YmmBytes)
        {
            a.vmovdqu(ymm0, __ymmword_ptr[r8 + offset]);
            a.vmovdqu(__ymmword_ptr[rdi + offset], ymm0);
        }

        a.add(r8, Block);
        a.add(rdi, Block);
        a.cmp(rdi, rsi);
        a.jne(next);
        End(a);
    }

    // Keeps ymm0, and in eax what is in use.
    private static void Begin(KernelAssembler a, AssemblerRegister32 tells)
    {
        Label ready = a.CreateLabel();
        a.mov(eax, UpperHalves);
        a.test(tells, tells);
        a.je(ready);
        a.mov(ecx, 1);
        a.xgetbv();
        a.Label(ref ready);
        a.sub(rsp, YmmBytes + 8);
        a.vmovdqu(__ymmword_ptr[rsp], ymm0);
    }

    private static void End(KernelAssembler a)
    {
        Label isClean = a.CreateLabel();
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
