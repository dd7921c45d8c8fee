using AzaleaOS.Build.Assembler;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>The first step into an application.</summary>
internal static class EnterApplication
{
    // IF, and bit 1, which is always set (SDM vol. 1, 3.4.3).
    private const int InitialFlags = 0x202;

    /// <summary>Jumps to a program's entry: <c>azalea_enter_application(ulong entry, ulong stackPointer)</c>. Never returns.</summary>
    /// <remarks>
    /// In: rdi entry; rsi the initial stack pointer, at argc.
    /// Out: in the application every general register is 0 (rdx: no exit function to register), rsp as given,
    /// interrupts enabled, DF clear. FS base and vector registers are the caller's business.
    /// Stack: five words of the kernel stack; nothing is written below the application's rsp.
    /// Source: System V ABI for AMD64, 3.4.1; SDM vol. 2A, IRET.
    /// </remarks>
    [AssemblerMethod("azalea_enter_application")]
    internal static void Enter(KernelAssembler a)
    {
        a.Cfi.NoCaller();
        a.cli();
        a.push(Selectors.Data);
        a.push(rsi);
        a.push(InitialFlags);
        a.push(Selectors.Code);
        a.push(rdi);
        a.xor(eax, eax);
        a.xor(ebx, ebx);
        a.xor(ecx, ecx);
        a.xor(edx, edx);
        a.xor(esi, esi);
        a.xor(edi, edi);
        a.xor(ebp, ebp);
        a.xor(r8d, r8d);
        a.xor(r9d, r9d);
        a.xor(r10d, r10d);
        a.xor(r11d, r11d);
        a.xor(r12d, r12d);
        a.xor(r13d, r13d);
        a.xor(r14d, r14d);
        a.xor(r15d, r15d);
        a.iretq();
    }
}
