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

    // SDM vol. 3A, table 6-1: #DF, #TS, #NP, #SS, #GP, #PF, #AC, #CP; vectors 29 and 30 (#VC, #SX): APM vol. 2, 8.2.
    private static readonly int[] s_withErrorCode = [8, 10, 11, 12, 13, 14, 17, 21, 29, 30];

    /// <summary>256 stubs of 16 bytes, and behind them what they share: <c>azalea_interrupt_stubs</c>.</summary>
    /// <remarks>
    /// In: the processor's five words, perhaps an error code, on an IST stack.
    /// Calls azalea_exception(TrapFrame*) for vectors 0..31, with all xmm registers saved, and
    /// azalea_interrupt(TrapFrame*) for the others, which must not use vector registers.
    /// Out: continues what the TrapFrame says, which the callee may have changed. Never returns otherwise.
    /// Stack: the frame, and 256 bytes for xmm registers in exceptions; rsp is a multiple of 16 at the call,
    /// since the processor aligns it (SDM vol. 3A, 6.14.2).
    /// <c>azalea_resume(TrapFrame*)</c> continues a frame from anywhere.
    /// </remarks>
    [AssemblerMethod("azalea_interrupt_stubs")]
    internal static void Emit(KernelAssembler a)
    {
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
            a.jmp(vector < FirstInterrupt ? exception : interrupt);
        }

        a.Align(StubSize);
        a.Define("azalea_interrupt_common");
        a.Label(ref interrupt);
        PushRegisters(a);
        a.cld();
        a.mov(rdi, rsp);
        a.call(a["azalea_interrupt"]);
        a.jmp(resume);

        a.Align(StubSize);
        a.Define("azalea_exception_common");
        a.Label(ref exception);
        PushRegisters(a);
        a.cld();
        a.mov(rdi, rsp);
        a.sub(rsp, XmmArea.Size);
        XmmArea.Save(a, XmmArea.All);
        a.call(a["azalea_exception"]);
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

    /// <summary>Completes the frame: rdi first, r15 last, as <see cref="TrapFrame"/> has them.</summary>
    private static void PushRegisters(KernelAssembler a)
    {
        foreach (AssemblerRegister64 register in TrapFrameLayout.PushOrder)
            a.push(register);
    }

    /// <summary>Loads the registers and drops vector and error code.</summary>
    private static void PopRegisters(KernelAssembler a)
    {
        foreach (AssemblerRegister64 register in TrapFrameLayout.PopOrder)
            a.pop(register);
        a.add(rsp, TrapFrameLayout.RipOffset - TrapFrameLayout.VectorOffset);
    }

    private static void SayRegistersAreSaved(KernelAssembler a)
    {
        int offset = TrapFrameLayout.VectorOffset - Offset.SizeOf<TrapFrame>();
        foreach (AssemblerRegister64 register in TrapFrameLayout.PushOrder)
            a.Cfi.Saved(register, offset -= 8);
    }
}
