using AzaleaOS.Build.Assembler;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>Where a new kernel thread's first context switch returns to.</summary>
internal static class ThreadEntry
{
    /// <summary>Calls the thread's function with its argument.</summary>
    /// <remarks>
    /// In: rbx function (<c>delegate*&lt;ulong, void&gt;</c>, which must not return); r12 argument; rsp a multiple of 16.
    /// So a new thread's stack is, from its stored rsp up: r15, r14, r13 (any), r12 argument, rbp (any),
    /// rbx function, azalea_thread_entry; the word behind is at a multiple of 16.
    /// </remarks>
    [AssemblerMethod("azalea_thread_entry")]
    internal static void Start(KernelAssembler a)
    {
        a.Cfi.NoCaller();
        a.xor(ebp, ebp);
        a.mov(rdi, r12);
        a.call(rbx);
        a.ud2();
    }
}
