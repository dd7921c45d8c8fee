using System.Linq;
using AzaleaOS.Build.Assembler;
using AzaleaOS.Cpu;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>The entries of all 256 interrupt and exception vectors.</summary>
internal static class InterruptStubs
{
    private const int Vectors = 256;
    private const int StubSize = 16;
    private const int FirstInterrupt = 32;

    // An exception on the kernel stack goes on below the interrupted code, if so much of the stack is left that its report fits.
    private const int DeepestMove = 24 << 10;

    // System V ABI for AMD64, 3.2.2: assembler methods may use it on the kernel stack too.
    private const int RedZone = 128;

    // NMI, #DF, #MC: the interrupted code may be anywhere, even between two stacks.
    private static readonly int[] s_inPlace = [2, 8, 18];

    // SDM vol. 3A, table 6-1: #DF, #TS, #NP, #SS, #GP, #PF, #AC, #CP; vectors 29 and 30 (#VC, #SX): APM vol. 2, 8.2.
    private static readonly int[] s_withErrorCode = [8, 10, 11, 12, 13, 14, 17, 21, 29, 30];

    /// <summary>256 stubs of 16 bytes, and behind them what they share: <c>azalea_interrupt_stubs</c>.</summary>
    /// <remarks>
    /// In: the processor's five words, perhaps an error code, on an IST stack.
    /// Interrupts call azalea_interrupt(TrapFrame*), which must not use vector registers. If it returns 1,
    /// application code was interrupted and there is work: the frame moves to the running thread's
    /// kernel stack, and azalea_leave_kernel(TrapFrame*) is called there.
    /// Exceptions move their frame at once: to the top of the kernel stack if they come from the application or from
    /// a leaf on the application's stack, below the interrupted code if that runs on the kernel
    /// stack; then they call azalea_exception(TrapFrame*) there, and on the way back to the application
    /// azalea_leave_kernel. NMI, double fault and machine check, and whatever comes from another stack or too near
    /// to the end of the kernel stack, call azalea_exception_in_place(TrapFrame*) where they are.
    /// Out: continues what the TrapFrame says, which the callee may have changed. Never returns otherwise.
    /// Stack: the frame, and right below it all xmm registers while anything but azalea_interrupt is called; rsp is a
    /// multiple of 16 at the calls, since the processor aligns it (SDM vol. 3A, 6.14.2).
    /// <c>azalea_resume(TrapFrame*)</c> continues a frame from anywhere.
    /// </remarks>
    [AssemblerMethod("azalea_interrupt_stubs")]
    internal static void Emit(KernelAssembler a)
    {
        Label inPlace = a.CreateLabel();
        Label exception = a.CreateLabel();
        Label interrupt = a.CreateLabel();
        Label resume = a.CreateLabel();
        for (int vector = 0; vector < Vectors; vector++)
        {
            bool hasErrorCode = s_withErrorCode.Contains(vector);
            a.PadTo(vector * StubSize);
            a.Cfi.InterruptEntry(hasErrorCode);
            if (!hasErrorCode)
                a.push(0);
            a.push(vector);
            a.jmp(s_inPlace.Contains(vector) ? inPlace : vector < FirstInterrupt ? exception : interrupt);
        }

        a.Align(StubSize);
        a.Define("azalea_interrupt_common");
        a.Label(ref interrupt);
        PushRegisters(a);
        a.cld();
        a.mov(rdi, rsp);
        a.call(a["azalea_interrupt"]);
        a.test(eax, eax);
        a.je(resume);
        a.mov(rdi, __qword_ptr.gs[KernelStackTop]);
        MoveFrame(a);
        LeaveKernel(a);
        a.jmp(resume);

        a.Align(StubSize);
        a.Define("azalea_exception_common");
        a.Label(ref exception);
        PushRegisters(a);
        a.cld();
        Label move = a.CreateLabel();
        Label stay = a.CreateLabel();
        Label restore = a.CreateLabel();
        a.mov(rdi, __qword_ptr.gs[KernelStackTop]);
        a.mov(r12d, 1);
        a.cmp(__qword_ptr[rsp + TrapFrameLayout.RipOffset], 0); // the application's half is below
        a.jge(move);
        a.xor(r12d, r12d);
        a.mov(rax, __qword_ptr[rsp + Offset.Of<TrapFrame>(nameof(TrapFrame.Rsp))]);
        a.test(rax, rax);
        a.jns(move);
        a.mov(rcx, rdi);
        a.sub(rcx, rax);
        a.cmp(rcx, DeepestMove);
        a.jae(stay);
        a.lea(rdi, __[rax - RedZone]);
        a.and(rdi, -16);
        a.Label(ref move);
        MoveFrame(a);
        a.mov(rdi, rsp);
        a.sub(rsp, XmmArea.Size);
        XmmArea.Save(a, XmmArea.All);
        a.call(a["azalea_exception"]);
        a.cli();
        a.test(r12d, r12d);
        a.je(restore);
        a.cmp(__dword_ptr.gs[Work], 0);
        a.je(restore);
        a.lea(rdi, __[rsp + XmmArea.Size]);
        a.call(a["azalea_leave_kernel"]);
        a.Label(ref restore);
        XmmArea.Restore(a, XmmArea.All);
        a.add(rsp, XmmArea.Size);
        a.jmp(resume);

        a.Align(StubSize);
        a.Label(ref inPlace);
        PushRegisters(a);
        a.cld();
        a.Label(ref stay);
        a.mov(rdi, rsp);
        a.sub(rsp, XmmArea.Size);
        XmmArea.Save(a, XmmArea.All);
        a.call(a["azalea_exception_in_place"]);
        XmmArea.Restore(a, XmmArea.All);
        a.add(rsp, XmmArea.Size);

        a.Label(ref resume);
        PopRegisters(a);
        a.iretq();

        // azalea_resume(TrapFrame*): the frame may lie anywhere; it is left as the stack grows over it.
        a.Align(StubSize);
        a.Define("azalea_resume");
        a.Cfi.FunctionEntry();
        a.mov(rsp, rdi);
        a.Cfi.InterruptEntry(errorCode: true);
        a.Cfi.Cfa(rsp, Offset.SizeOf<TrapFrame>());
        SayRegistersAreSaved(a);
        PopRegisters(a);
        a.iretq();
    }

    /// <summary>Calls azalea_leave_kernel with the frame at rsp, all xmm registers right below it.</summary>
    internal static void LeaveKernel(KernelAssembler a)
    {
        a.mov(rdi, rsp);
        a.sub(rsp, XmmArea.Size);
        XmmArea.Save(a, XmmArea.All);
        a.call(a["azalea_leave_kernel"]);
        XmmArea.Restore(a, XmmArea.All);
        a.add(rsp, XmmArea.Size);
    }

    /// <summary>Copies the frame at rsp to below rdi, and makes that the stack. Clobbers rax, rcx, rsi, rdi.</summary>
    private static void MoveFrame(KernelAssembler a)
    {
        a.sub(rdi, Offset.SizeOf<TrapFrame>());
        a.mov(rsi, rsp);
        a.mov(rax, rdi);
        a.mov(ecx, Offset.SizeOf<TrapFrame>() / 8);
        a.rep.movsq();
        a.mov(rsp, rax);
        a.Cfi.Cfa(rsp, Offset.SizeOf<TrapFrame>());
    }

    /// <summary>Completes the frame: rdi first, r15 last, as <see cref="TrapFrame"/> has them.</summary>
    private static void PushRegisters(KernelAssembler a)
    {
        foreach (AssemblerRegister64 register in TrapFrameLayout.PushOrder)
            a.push(register);
    }

    /// <summary>Loads the registers and drops vector and error code.</summary>
    internal static void PopRegisters(KernelAssembler a)
    {
        foreach (AssemblerRegister64 register in TrapFrameLayout.PopOrder)
            a.pop(register);
        a.add(rsp, TrapFrameLayout.RipOffset - TrapFrameLayout.VectorOffset);
    }

    internal static void SayRegistersAreSaved(KernelAssembler a)
    {
        int offset = TrapFrameLayout.VectorOffset - Offset.SizeOf<TrapFrame>();
        foreach (AssemblerRegister64 register in TrapFrameLayout.PushOrder)
            a.Cfi.Saved(register, offset -= 8);
    }

    private static int KernelStackTop => Offset.Of<CoreBlock>(nameof(CoreBlock.KernelStackTop));

    private static int Work => Offset.Of<CoreBlock>(nameof(CoreBlock.Work));
}
