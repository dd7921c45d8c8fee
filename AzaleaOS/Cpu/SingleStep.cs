namespace AzaleaOS.Cpu;

/// <summary>Keeps a program that sets TF from tracing the kernel: what it steps into is as one instruction to it, as <c>syscall</c> is on Linux.</summary>
/// <remarks>
/// <c>syscall</c> clears TF (IA32_FMASK), the call of a promoted or linked site does not. On the way back TF is there again one instruction
/// before the last ones of the kernel.
/// </remarks>
internal static unsafe class SingleStep
{
    private const ulong TrapFlag = 1 << 8;
    private const ulong InterruptFlag = 1 << 9;
    private const ulong AlwaysSet = 2; // SDM vol. 1, 3.4.3

    // DR6 with nothing to tell (SDM vol. 3B, 18.2.3).
    private const ulong NoReasons = 0xffff_0ff0;

    /// <summary>Goes on from a debug exception in the kernel's entry or in the end of its exit.</summary>
    /// <returns>False if it is about something else.</returns>
    internal static bool TryPass(TrapFrame* frame)
    {
        if ((frame->Rflags & TrapFlag) == 0)
        {
            return false;
        }

        if (frame->Rip == SystemCalls.PromotedEntry || frame->Rip == SystemCalls.LinkedEntry)
        {
            frame->Rcx = *(ulong*)frame->Rsp;
            frame->Rsp += sizeof(ulong);
            frame->R11 = AlwaysSet | InterruptFlag | TrapFlag;
            frame->Rflags &= ~SystemCalls.FlagMask;
            frame->Rip = Instructions.ReadMsr(Msr.LongStar);
            Instructions.WriteDr6(NoReasons);
            return true;
        }

        if (!SystemCallTail.TryFinish(frame))
        {
            return false;
        }

        Instructions.WriteDr6(NoReasons);
        return true;
    }
}
