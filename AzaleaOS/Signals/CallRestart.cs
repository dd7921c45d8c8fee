using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;

namespace AzaleaOS.Signals;

/// <summary>What becomes of a system call that a signal interrupted: it is made again, or it returns -EINTR.</summary>
/// <remarks>As in Linux, arch/x86/kernel/signal.c.</remarks>
internal static unsafe class CallRestart
{
    private const ulong RestartCall = 219;
    private const ulong InstructionBytes = 2;

    /// <summary>Before a handler runs.</summary>
    internal static void BeforeHandler(TrapFrame* frame, ulong actionFlags)
    {
        switch (ErrorOf(frame))
        {
            case Errno.ERESTART_RESTARTBLOCK:
            case Errno.ERESTARTNOHAND:
            case Errno.ERESTARTSYS when (actionFlags & SignalActionFlags.Restart) == 0:
                frame->Rax = (ulong)-Errno.EINTR;
                break;
            case Errno.ERESTARTSYS:
            case Errno.ERESTARTNOINTR:
                Again(frame, frame->Error);
                break;
        }
    }

    /// <summary>When no handler runs.</summary>
    internal static void WithoutHandler(TrapFrame* frame)
    {
        switch (ErrorOf(frame))
        {
            case Errno.ERESTARTNOHAND:
            case Errno.ERESTARTSYS:
            case Errno.ERESTARTNOINTR:
                Again(frame, frame->Error);
                break;
            case Errno.ERESTART_RESTARTBLOCK:
                Again(frame, RestartCall);
                break;
        }
    }

    private static Errno ErrorOf(TrapFrame* frame)
        => frame->Vector == TrapFrame.SystemCallVector && (long)frame->Rax is < 0 and >= -4095 ? (Errno)(-(long)frame->Rax) : 0;

    private static void Again(TrapFrame* frame, ulong number)
    {
        frame->Rax = number;
        frame->Rip -= InstructionBytes;
    }
}
