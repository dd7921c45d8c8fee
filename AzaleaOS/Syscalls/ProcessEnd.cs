using System.Diagnostics.CodeAnalysis;
using System.Threading;
using AzaleaOS.Files;
using AzaleaOS.Memory;
using AzaleaOS.Offload;
using AzaleaOS.Signals;
using AzaleaOS.Threads;
using Thread = AzaleaOS.Threads.Thread;

namespace AzaleaOS.Syscalls;

/// <summary>How threads and the process end.</summary>
internal static unsafe class ProcessEnd
{
    private static int s_isEnding;
    private static int s_status;
    private static int s_leaderStatus;

    /// <summary>Forgets an earlier process.</summary>
    internal static void Reset()
    {
        s_isEnding = 0;
        s_status = 0;
        s_leaderStatus = 0;
    }

    /// <summary>Ends the running thread; with the last one the process ends.</summary>
    /// <param name="status">0 to 255; counts for the process if it is the first thread's.</param>
    [DoesNotReturn]
    internal static void EndThread(int status)
    {
        Thread* self = Scheduler.Current;
        if (Volatile.Read(ref s_isEnding) == 0)
        {
            RobustList.Release(self);
            if (self->ClearOnExit != 0 && UserMemory.TryWrite(self->ClearOnExit, 0))
            {
                Futex.Wake(FutexKey.Shared(self->ClearOnExit), 1, Futex.AnyBit);
            }
        }

        if (self->Id == Process.Id)
        {
            s_leaderStatus = status;
        }

        if (OffloadFeature.IsIncluded)
        {
            Redirection.Forget();
        }

        int left = ThreadTable.Remove(self);
        SignalState.RemoveThread(self);
        if (left == 0)
        {
            if (FilePages.WriteBack != null)
            {
                FilePages.WriteBack();
            }

            Process.End(Volatile.Read(ref s_isEnding) != 0 ? s_status : s_leaderStatus);
        }

        Scheduler.End();
    }

    /// <summary>Ends all threads, the running one included.</summary>
    /// <param name="status">0 to 255, or of <see cref="DeathReport.StatusOf"/>. Of several callers the first one's counts.</param>
    [DoesNotReturn]
    internal static void EndProcess(int status)
    {
        if (Interlocked.CompareExchange(ref s_isEnding, 1, 0) == 0)
        {
            s_status = status;
            Thread* self = Scheduler.Current;
            ThreadTable.Enter();
            for (Thread* thread = ThreadTable.First; thread != null; thread = thread->NextInTable)
            {
                if (thread != self)
                {
                    Interlocked.Or(ref thread->Work, ThreadWork.Exit);
                    Scheduler.Interrupt(thread);
                }
            }

            ThreadTable.Exit();
        }

        EndThread(status);
    }

    /// <summary>Whether the process ends: no thread is made any more.</summary>
    internal static bool IsEnding => Volatile.Read(ref s_isEnding) != 0;

    /// <summary>For <see cref="KernelExit.EndThread"/>: the process ends.</summary>
    internal static void Obey() => EndThread(0);
}
