using System.Runtime;

namespace AzaleaOS.Cpu;

/// <summary>Vectors 32 to 255. No vector register may be used here: the entry does not save them.</summary>
internal static unsafe class Interrupts
{
    [RuntimeExport("azalea_interrupt")]
    private static void Dispatch(TrapFrame* frame)
    {
        CoreBlock* core = CoreBlock.Current;
        switch ((int)frame->Vector)
        {
            case Vector.Spurious:
                // SDM vol. 3A, 11.9: not acknowledged.
                return;
            case Vector.Timer:
                core->TimerInterrupts++;
                break;
            case Vector.Ping:
                core->Pings++;
                break;
            case Vector.Wake:
                // The interrupted wait looks at the inbox by itself.
                break;
            default:
                core->UnexpectedInterrupts++;
                break;
        }
        LocalApic.EndOfInterrupt();
    }
}
