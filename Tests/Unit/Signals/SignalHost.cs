using AzaleaOS.Abi.Linux;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Signals;
using AzaleaOS.Tests.Unit.Applications;
using AzaleaOS.Threads;
using Thread = AzaleaOS.Threads.Thread;

namespace AzaleaOS.Tests.Unit.Signals;

/// <summary>A process with threads on one core of this host, whose time stands still until a test moves it.</summary>
public sealed unsafe class SignalHost : IDisposable
{
    private readonly HostApplication _application = new();

    public SignalHost()
    {
        // A core that never needs to arm its timer.
        CoreScheduler* scheduler = (CoreScheduler*)KernelPages.Take();
        scheduler->Core = CoreBlock.Hosted;
        CoreBlock.Hosted->Scheduler = scheduler;
    }

    internal static ThreadSignals* Self => Scheduler.Current->Signals;

    public void Dispose()
    {
        CoreBlock.Hosted->Scheduler = null;
        _application.Dispose();
    }

    /// <summary>One more thread, which does not run.</summary>
    internal static ThreadSignals* AddThread()
    {
        Thread* thread = (Thread*)KernelPages.Take();
        thread->Core = CoreBlock.Hosted;
        Assert.True(ThreadTable.Add(thread));
        return SignalState.AddThread(thread, Scheduler.Current);
    }

    internal static void RemoveThread(ThreadSignals* thread)
    {
        Thread* ended = thread->Thread;
        ThreadTable.Remove(ended);
        SignalState.RemoveThread(ended);
    }

    /// <summary>Lets time go by and fires what is due.</summary>
    internal static void Advance(long milliseconds)
    {
        HostApplication.Ticks += (ulong)milliseconds * 2_000_000;
        Timers.Serve(CoreScheduler.Current);
    }

    internal static void SetHandler(int signal, ulong handler = 0x400000, ulong flags = SignalActionFlags.Restorer, ulong mask = 0)
        => SignalState.ActionFor(signal) = new SignalAction { Handler = handler, Flags = flags, Restorer = 0x500000, Mask = mask };

    internal static void Block(ThreadSignals* thread, params int[] signals)
        => SignalState.SetBlocked(thread, signals.Aggregate(0UL, (set, signal) => set | SignalSet.Of(signal)));

    internal static long Send(int signal, ThreadSignals* target, bool toProcess, ulong value = 0, int code = SignalCode.Queue)
    {
        SignalInformation information = new() { Number = signal, Code = code, Value = value };
        return toProcess ? SignalSender.ToProcess(&information, target) : SignalSender.ToThread(&information, target);
    }

    /// <summary>Number and value of the next signal that the running thread would take; null if there is none.</summary>
    internal static (int Signal, ulong Value)? Next()
    {
        SignalDelivery delivery;
        TrapFrame frame = default;
        return SignalQueue.TryTake(Self, &frame, &delivery) ? (delivery.Information.Number, delivery.Information.Value) : null;
    }

    internal static bool IsNotified(ThreadSignals* thread)
    {
        bool hasWork = (thread->Thread->Work & ThreadWork.Signal) != 0;
        Assert.Equal(thread->IsNotified, hasWork);
        return hasWork;
    }
}
