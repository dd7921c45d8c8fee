using AzaleaOS.Cpu;

namespace AzaleaOS.Threads;

/// <summary>How long threads of the application have run.</summary>
/// <remarks>
/// A core adds up what its threads have run when it switches; what the running ones have used since then is
/// added by whoever asks. Takes no lock: a switch on another core may be counted a moment too early or too late.
/// </remarks>
internal static unsafe class CpuTime
{
    /// <summary>Nanoseconds that a thread has run.</summary>
    internal static long OfThread(Thread* thread)
    {
        bool isRunning = thread->Core != null && thread->Core->Running == thread;
        return Clock.ToNanoseconds(thread->RunTicks + (isRunning ? Instructions.ReadTimestamp() - thread->SwitchedIn : 0));
    }

    /// <summary>Nanoseconds that the process's threads have run, those included that have ended.</summary>
    internal static long OfProcess()
    {
        ulong ticks = 0;
        for (int i = 0; i < Cores.Count; i++)
        {
            ticks += TicksOf(i);
        }

        return Clock.ToNanoseconds(ticks);
    }

    /// <summary>Nanoseconds that threads of the process have run on one core.</summary>
    internal static long OfCore(int index) => Clock.ToNanoseconds(TicksOf(index));

    private static ulong TicksOf(int index)
    {
        CoreBlock* core = Cores.Block(index);
        if (core == null || core->Scheduler == null)
        {
            return 0;
        }

        ulong ticks = ((CoreScheduler*)core->Scheduler)->ApplicationTicks;
        Thread* running = core->Running;
        return running != null && running->IsApplication ? ticks + Instructions.ReadTimestamp() - running->SwitchedIn : ticks;
    }
}
