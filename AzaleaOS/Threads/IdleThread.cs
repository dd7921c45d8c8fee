using System.Diagnostics.CodeAnalysis;
using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Threads;

/// <summary>What a core does when no thread wants to run on it.</summary>
internal static unsafe class IdleThread
{
    /// <summary>Makes this core schedule, from the stack it started on. Does not return.</summary>
    /// <remarks>Without memory for its run queue the core goes on to wait for functions only.</remarks>
    [DoesNotReturn]
    internal static void Start()
    {
        CoreBlock* core = CoreBlock.Current;
        void* page = Frames.TakePage(core->Node);
        if (page == null) Cores.WaitForFunctions();

        Thread idle = default;
        idle.KernelStackTop = core->KernelStackTop;
        Scheduler.StartCore(page, &idle);
        Run();
    }

    /// <summary>For the boot core, whose first thread is another: the idle thread's function.</summary>
    internal static void Run(void* argument)
    {
        Scheduler.FinishSwitch();
        Run();
    }

    [DoesNotReturn]
    private static void Run()
    {
        CoreScheduler* scheduler = CoreScheduler.Current;
        CoreBlock* core = scheduler->Core;
        bool monitor = Cores.SleepsWithMonitor;
        Instructions.EnableInterrupts();
        while (true)
        {
            Thread* next = Scheduler.Next(scheduler);
            if (next != scheduler->Idle)
            {
                ApplicationHalf.Enter(core);
                Scheduler.SwitchTo(scheduler, next);
            }
            else if (core->Inbox.TryTake(out delegate*<void*, void> function, out void* argument))
            {
                ApplicationHalf.Enter(core);
                function(argument);
            }
            else
            {
                if (Scheduler.SomebodyIsOverloaded) AskForThread(core);
                ApplicationHalf.Leave(core);

                // What was asked of the thread before this one is asked again when it comes back.
                CoreWork.Take(core, CoreWork.Reschedule | CoreWork.Thread);
                Instructions.DisableInterrupts();
                if (core->Work == 0) core->Inbox.Wait(monitor);
                Instructions.EnableInterrupts();
            }
        }
    }

    /// <summary>Asks one core that has more threads than it can run for one of them.</summary>
    private static void AskForThread(CoreBlock* core)
    {
        for (int i = 1; i < Cores.Count; i++)
        {
            CoreBlock* other = Cores.Block((core->Index + i) % Cores.Count);
            CoreScheduler* scheduler = other == null ? null : (CoreScheduler*)other->Scheduler;
            if (scheduler == null || scheduler->Queue.Count == 0) continue;
            if (Interlocked.CompareExchange(ref scheduler->StealFor, core->Index + 1, 0) == 0)
            {
                LocalApic.Send(new ApicId(other->ApicId), Vector.Wake);
            }
            return;
        }
    }
}
