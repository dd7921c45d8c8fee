using AzaleaOS.Build.Assembler;
using AzaleaOS.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>A thread's first step into the application.</summary>
internal static class EnterApplication
{
    /// <summary>Goes on where a frame says: <c>azalea_enter_application(TrapFrame* frame)</c>. Never returns.</summary>
    /// <remarks>
    /// In: rdi the frame, at the top of the running thread's kernel stack.
    /// Out: every register as the frame says, after azalea_leave_kernel(TrapFrame*), which may change it; the
    /// vector registers as they are.
    /// Stack: what is below the frame is overwritten.
    /// Source: System V ABI for AMD64, 3.4.1; SDM vol. 2A, IRET.
    /// </remarks>
    [AssemblerMethod("azalea_enter_application")]
    internal static void Enter(KernelAssembler a)
    {
        a.cli();
        a.mov(rsp, rdi);
        a.Cfi.InterruptEntry(errorCode: true);
        a.Cfi.Cfa(rsp, Offset.SizeOf<TrapFrame>());
        InterruptStubs.SayRegistersAreSaved(a);
        InterruptStubs.LeaveKernel(a);
        InterruptStubs.PopRegisters(a);
        a.iretq();
    }
}
