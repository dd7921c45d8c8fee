using System.Runtime;

namespace AzaleaOS.Cpu;

/// <summary>Vectors 32 to 255. No vector register may be used here: the entry does not save them.</summary>
internal static unsafe class Interrupts
{
    /// <summary>Acknowledges, and notes what has to be done.</summary>
    /// <returns>1 if the application was interrupted and is to be left for what there is to do, else 0.</returns>
    [RuntimeExport("azalea_interrupt")]
    private static int Dispatch(TrapFrame* frame)
    {
        CoreBlock* core = CoreBlock.Current;
        switch ((int)frame->Vector)
        {
            case Vector.Spurious:
                // SDM vol. 3A, 11.9: not acknowledged.
                return 0;
            case Vector.Timer:
                core->TimerInterrupts++;
                core->Work |= CoreWork.Timer;
                break;
            case Vector.Ping:
                core->Pings++;
                break;
            case Vector.Wake:
                core->Work |= CoreWork.Message;
                break;
            case Vector.Serial:
                SerialInput.Receive();
                core->Work |= CoreWork.Input;
                break;
            case Vector.Doorbell:
                core->Work |= CoreWork.Input;
                break;
            case Vector.Nap:
                break;
            case Vector.Shootdown:
                Shootdown.Answer(core);
                break;
            default:
                core->UnexpectedInterrupts++;
                break;
        }
        LocalApic.EndOfInterrupt();
        if (core->Work == 0 || core->Scheduler == null) return 0;

        if (IsOfApplication(frame)) return 1;

        // A leaf on the application's stack does not look at the work when it returns: soon, when it has. Not always after the same time: where
        // the clock counts instructions, a loop around a leaf would be found at the same place again and again.
        if ((long)frame->Rsp >= 0) OneShotTimer.ArmShortly(more: (uint)core->TimerInterrupts & 63);
        return 0;
    }

    // The application's half of the address space is the lower one.
    private static bool IsOfApplication(TrapFrame* frame) => (long)frame->Rip >= 0 || (SystemCallTail.TryFinish(frame) && (long)frame->Rip >= 0);
}
