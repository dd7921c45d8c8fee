using System.Runtime;
using AzaleaOS.Cpu;

namespace AzaleaOS.Threads;

/// <summary>What is done before a thread goes back to the application, if anything is to be done.</summary>
/// <remarks>
/// The kernel is not preemptive: interrupt handlers only note in <see cref="CoreBlock.Work"/> what has come up, and the way
/// out of every system call, exception and interrupt of application code leads here when the word is not 0.
/// </remarks>
internal static unsafe class KernelExit
{
    /// <summary>
    /// Delivers signals: takes the frame with the application's registers, all of which may be changed;
    /// xmm0 to xmm15 lie right below it. Set by the signal layer.
    /// </summary>
    internal static delegate*<TrapFrame*, void> DeliverSignals { get; set; }

    /// <summary>Sends the running thread a SIGSEGV that it cannot hold back. Set by the signal layer.</summary>
    internal static delegate*<void> RaiseSegmentationFault { get; set; }

    /// <summary>Ends the running thread because the process ends; does not return. Set by whoever knows what belongs to a thread.</summary>
    internal static delegate*<void> EndThread { get; set; }

    /// <summary>Does all there is to do. Called and left with interrupts off; on return nothing is left.</summary>
    /// <param name="frame">The application's registers; null behind a call, where signals have to wait.</param>
    [RuntimeExport("azalea_leave_kernel")]
    internal static void Leave(TrapFrame* frame)
    {
        while (true)
        {
            CoreBlock* core = CoreBlock.Current;
            int work = core->Work;
            if (work == 0) return;

            Instructions.EnableInterrupts();
            if ((work & (CoreWork.Timer | CoreWork.Message | CoreWork.Input)) != 0) Scheduler.Serve(core->Scheduler);
            work = CoreWork.Take(core, CoreWork.Reschedule | CoreWork.Thread);
            if ((work & CoreWork.Reschedule) != 0) Preempt();
            if ((work & CoreWork.Thread) != 0) Serve(Scheduler.Current, frame);
            Instructions.DisableInterrupts();
        }
    }

    private static void Preempt()
    {
        Thread* self = Scheduler.Current;
        self->InvoluntarySwitches++;
        RestartableSequence.Disturb(self);
        Scheduler.Yield();

        // The switch back asks for the work of the thread, if there was a switch.
        if (self->Work != 0) CoreWork.Request(CoreBlock.Current, CoreWork.Thread);
    }

    private static void Serve(Thread* thread, TrapFrame* frame)
    {
        int work = thread->Work;
        if ((work & ThreadWork.Exit) != 0) EndThread();
        if ((work & ThreadWork.Migrate) != 0) Placement.Obey(thread);
        bool deliversSignals = (work & (ThreadWork.Signal | ThreadWork.SignalReturn)) != 0 && frame != null;
        bool mayBreak = deliversSignals && thread->Rseq != 0;
        if (((thread->Work & ThreadWork.Sequence) != 0 || mayBreak) && !RestartableSequence.Repair(thread, frame)) RaiseSegmentationFault();
        if (deliversSignals || (frame != null && (thread->Work & ThreadWork.Signal) != 0)) DeliverSignals(frame);
    }
}
