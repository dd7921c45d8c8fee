using AzaleaOS.Build.Assembler;
using AzaleaOS.Diagnostics;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>The caller's registers, for reports.</summary>
internal static class CaptureRegisters
{
    /// <remarks>In: rdi <see cref="Registers"/>; its Rip is the return address and its Rsp what rsp is there. Clobbers rax.</remarks>
    [AssemblerMethod("azalea_capture_registers")]
    internal static void Capture(KernelAssembler a)
    {
        a.mov(__qword_ptr[rdi + At(nameof(Registers.Rax))], rax);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.Rbx))], rbx);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.Rcx))], rcx);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.Rdx))], rdx);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.Rsi))], rsi);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.Rdi))], rdi);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.Rbp))], rbp);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.R8))], r8);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.R9))], r9);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.R10))], r10);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.R11))], r11);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.R12))], r12);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.R13))], r13);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.R14))], r14);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.R15))], r15);
        a.pushfq();
        a.pop(rax);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.Rflags))], rax);
        a.mov(rax, __qword_ptr[rsp]);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.Rip))], rax);
        a.lea(rax, __[rsp + 8]);
        a.mov(__qword_ptr[rdi + At(nameof(Registers.Rsp))], rax);
        a.ret();
    }

    private static int At(string field) => Offset.Of<Registers>(field);
}
