using AzaleaOS.Build.Assembler;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>The entry of <c>syscall</c> while system calls are traced.</summary>
internal static class SyscallTrace
{
    /// <summary>Every number, leaf or not, goes to <c>long azalea_sys_traced(TrapFrame*)</c> on the kernel stack.</summary>
    /// <remarks>
    /// In and out: as azalea_syscall_entry; the trace may use any vector register, so all are kept.
    /// Source: SDM vol. 2B, SYSCALL; System V ABI for AMD64, A.2.1.
    /// </remarks>
    [AssemblerMethod("azalea_syscall_trace_entry")]
    internal static void Entry(KernelAssembler a)
        => SyscallEntry.WithFrame(a, () =>
        {
            SyscallEntry.StoreRest(a, above: 0);
            a.mov(rdi, rsp);
            a.sub(rsp, XmmArea.Size);
            XmmArea.Save(a, XmmArea.All);
            a.call(a["azalea_sys_traced"]);
            XmmArea.Restore(a, XmmArea.All);
            a.add(rsp, XmmArea.Size);
        });

    /// <summary>The same for promoted sites, see <see cref="SyscallStubs.LikeSyscall"/>.</summary>
    [AssemblerMethod("azalea_promoted_trace_entry")]
    internal static void PromotedEntry(KernelAssembler a)
    {
        SyscallStubs.LikeSyscall(a);
        a.jmp(a["azalea_syscall_trace_entry"]);
    }

    /// <summary>The same for linked programs, which come here by a call.</summary>
    [AssemblerMethod("azalea_linked_trace_entry")]
    internal static void LinkedEntry(KernelAssembler a)
    {
        a.cli();
        a.jmp(a["azalea_promoted_trace_entry"]);
    }
}
