using AzaleaOS.Build.Assembler;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>Switching between kernel stacks.</summary>
internal static class ContextSwitch
{
    /// <summary>Leaves one thread and goes on in another: <c>azalea_context_switch(ulong* saveStackPointer, ulong loadStackPointer)</c>.</summary>
    /// <remarks>
    /// In: rdi where this thread's rsp is stored; rsi the other's, as this method stored it or as <see cref="ThreadEntry"/> describes.
    /// Out: returns when someone switches back. Callee-saved registers are the thread's own; all others are undefined.
    /// Stack, from the stored rsp up: r15, r14, r13, r12, rbp, rbx, return address.
    /// Flags, FS base and vector registers are the caller's business.
    /// Source: System V ABI for AMD64, figure 3.4 (callee-saved registers).
    /// </remarks>
    [AssemblerMethod("azalea_context_switch")]
    internal static void Switch(KernelAssembler a)
    {
        a.push(rbx);
        a.push(rbp);
        a.push(r12);
        a.push(r13);
        a.push(r14);
        a.push(r15);
        a.mov(__qword_ptr[rdi], rsp);
        a.mov(rsp, rsi);
        a.Cfi.Cfa(rsp, 56); // the other stack looks the same
        a.pop(r15);
        a.pop(r14);
        a.pop(r13);
        a.pop(r12);
        a.pop(rbp);
        a.pop(rbx);
        a.ret();
    }
}
