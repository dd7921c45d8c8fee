using AzaleaOS.Cpu;
using AzaleaOS.Signals;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Reports;

/// <summary>What /proc says of one thread, and of the process's signals.</summary>
internal static unsafe class ThreadValues
{
    private const ulong Ignored = 1;
    private const long Tick = Clock.Second / 100;

    /// <summary>The thread that a number on a path means: that of the process is its first thread, or the oldest there is. The table's lock is held.</summary>
    internal static Thread* Find(int id)
    {
        Thread* thread = ThreadTable.Find(id);
        return thread == null && id == Process.Id ? ThreadTable.First : thread;
    }

    /// <summary>A number.</summary>
    /// <param name="item">Which.</param>
    /// <param name="argument">The thread's number; alone it means the process.</param>
    internal static ulong Of(byte item, ulong argument)
    {
        if (item == 't' && ReportEntry.First(argument) == 0)
        {
            return (ulong)(CpuTime.OfProcess() / Tick);
        }

        ThreadTable.Enter();
        Thread* thread = item == 'c' ? Scheduler.Current : Find(ReportEntry.Last(argument));
        ulong value = thread == null ? 0 : Of(item, thread);
        ThreadTable.Exit();
        return value;
    }

    private static ulong Of(byte item, Thread* thread) => (char)item switch
    {
        'i' or 'c' => (ulong)thread->Id,
        't' => (ulong)(CpuTime.OfThread(thread) / Tick),
        'n' => (ulong)(long)thread->Nice,
        'p' => thread->Policy is 1 or 2 ? (ulong)(-1 - thread->Priority) : (ulong)(20 + thread->Nice),
        'r' => (ulong)thread->Priority,
        'o' => (ulong)thread->Policy,
        'k' => thread->Core == null ? 0 : (ulong)thread->Core->Index,
        'v' => thread->VoluntarySwitches,
        'w' => thread->InvoluntarySwitches,
        'X' => thread->IsReady ? 'R' : 'S',
        _ => OfSignals(item, thread),
    };

    private static ulong OfSignals(byte item, Thread* thread)
    {
        SignalState.Enter();
        ThreadSignals* signals = thread->Signals;
        ulong value = (char)item switch
        {
            'P' => signals == null ? 0 : signals->Pending.Set,
            'B' => signals == null ? 0 : signals->Blocked,
            'S' => SignalState.Shared.Set,
            'I' => Handled(ignored: true),
            'C' => Handled(ignored: false),
            'Q' => (ulong)SignalState.InUse,
            _ => (ulong)SignalState.Limit,
        };
        SignalState.Exit();
        return value;
    }

    private static ulong Handled(bool ignored)
    {
        ulong set = 0;
        for (int signal = 1; signal <= Abi.Linux.SignalNumber.Last; signal++)
        {
            ulong handler = SignalState.ActionFor(signal).Handler;
            set |= handler != 0 && (handler == Ignored) == ignored ? SignalSet.Of(signal) : 0;
        }

        return set;
    }
}
