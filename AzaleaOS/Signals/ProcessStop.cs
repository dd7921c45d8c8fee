using AzaleaOS.Diagnostics;
using AzaleaOS.Threads;

namespace AzaleaOS.Signals;

/// <summary>SIGSTOP: all threads stand still until SIGCONT or SIGKILL comes, which only a timer can send then.</summary>
internal static unsafe class ProcessStop
{
    private static WaitQueue s_waiters;

    /// <summary>Stops the process. Under the lock; the running thread stops itself by <see cref="Wait"/>.</summary>
    internal static void Begin()
    {
        SignalState.IsStopped = true;
        for (ThreadSignals* thread = SignalState.First; thread != null; thread = thread->Next)
        {
            SignalState.Notify(thread);
        }
    }

    /// <summary>Lets a stopped process go on. Under the lock.</summary>
    internal static void End()
    {
        if (SignalState.IsStopped)
        {
            SignalState.IsStopped = false;
            s_waiters.Wake();
        }
    }

    /// <summary>Stands still until the stop is over. Without the lock.</summary>
    internal static void Wait()
    {
        WaitNode node;
        WaitNode.Init(&node, Scheduler.Current);
        s_waiters.Add(&node);
        while (true)
        {
            Scheduler.Arm();
            if (!SignalState.IsStopped || (Scheduler.Current->Work & ThreadWork.Exit) != 0)
            {
                break;
            }

            Scheduler.BlockThrough();
        }

        Scheduler.Disarm();
        s_waiters.Remove(&node);
    }

    /// <summary>Says on the console why nothing happens any more.</summary>
    internal static void Report(int signal) => Log.Line($"stopped by signal {signal}; only a timer that sends SIGCONT continues it");
}
