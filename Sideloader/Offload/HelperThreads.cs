using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>Threads for calls that wait inside Linux: for a disk, a lock, or the other end of a pipe.</summary>
/// <remarks>
/// As many as <see cref="MaxThreads"/>, made when they are needed. Waits for somebody else, which may last for ever, take at most
/// <see cref="MaxPatient"/> of them, so that work for the disk always gets on. Such a wait is interrupted by a signal whose
/// handler does nothing.
/// </remarks>
internal sealed unsafe class HelperThreads : IDisposable
{
    internal const int MaxThreads = 64;
    internal const int MaxPatient = 48;

    /// <summary>A signal that neither .NET nor the C library uses. Source: signal(7), SIGRTMIN to SIGRTMAX are 34 to 64.</summary>
    private const int Interruption = 62;

    /// <summary>SIGXFSZ.</summary>
    private const int FileTooLarge = 25;
    private const int StackBytes = 256 << 10;
    private const int SignalActionWords = 19;

    private static readonly bool s_installed = Install();

    private readonly Lock _start = new();
    private readonly object _gate = new();
    private readonly Queue<WaitingRequest> _work = new();
    private readonly List<Thread> _threads = [];
    private int _idle;
    private int _patient;
    private bool _stopping;

    /// <summary>Sets the process's signals up for application and helpers, the first time.</summary>
    internal HelperThreads() => RuntimeHelpers.RunClassConstructor(typeof(HelperThreads).TypeHandle);

    /// <summary>Has a helper do <see cref="WaitingRequest.Work"/>, and then tell the handler.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="patient">Whether it waits for somebody else and can be interrupted.</param>
    /// <returns>False if too many wait already.</returns>
    internal bool TryStart(WaitingRequest work, bool patient)
    {
        lock (_gate)
        {
            if (patient && _patient == MaxPatient)
                return false;

            if (patient)
                _patient++;
            work.Helper = patient ? -1 : 0;
            _work.Enqueue(work);
            if (_idle >= _work.Count || _threads.Count == MaxThreads)
            {
                Monitor.Pulse(_gate);
                return true;
            }
        }

        lock (_start)
        {
            var thread = new Thread(Run, StackBytes) { Name = "helper", IsBackground = true };
            lock (_gate)
                _threads.Add(thread);
            thread.Start();
        }

        return true;
    }

    /// <summary>Interrupts a helper's call. Nothing happens if it is between two system calls: whoever calls looks, and calls again.</summary>
    internal static void Interrupt(int thread)
    {
        // -ESRCH: it has ended.
        if (s_installed && thread > 0)
            _ = Libc.SystemCall(Libc.SendThreadSignal, Environment.ProcessId, (void*)thread, (void*)Interruption, 0, null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.PulseAll(_gate);
        }

        // Nothing is waiting any more: the queues ended first.
        foreach (Thread thread in _threads)
            thread.Join();
    }

    private void Run()
    {
        int id = (int)Libc.SystemCall(Libc.GetThread, 0, null, null, 0, null);
        while (Take() is { } work)
        {
            bool patient = work.Helper != 0;
            if (patient)
                work.Helper = id;
            OffloadHandler handler = work.Handler!;
            long result;
            do
                result = work.IsCancelled ? -(int)Errno.EINTR : work.Work!(handler, work);
            while (result == -(int)Errno.EINTR && !work.IsCancelled);

            lock (_gate)
                _patient -= patient ? 1 : 0;
            handler.Complete(work, result);
        }
    }

    private WaitingRequest? Take()
    {
        lock (_gate)
        {
            WaitingRequest? work;
            _idle++;
            while (!_work.TryDequeue(out work) && !_stopping)
                Monitor.Wait(_gate);
            _idle--;
            return work;
        }
    }

    /// <summary>Gives the signal a handler without SA_RESTART: a function of the C library that touches nothing.</summary>
    private static bool Install()
    {
        nint library = NativeLibrary.Load("libc.so.6");
        nint* action = stackalloc nint[SignalActionWords];
        new Span<nint>(action, SignalActionWords).Clear();
        action[0] = NativeLibrary.GetExport(library, "abs");
        LinuxException.ThrowIfFailed(Libc.SetSignalAction(Interruption, action, null), "set the handler of a signal");
        // SIG_IGN: a file that may not grow is -EFBIG to the application, not the end of its peer.
        action[0] = 1;
        LinuxException.ThrowIfFailed(Libc.SetSignalAction(FileTooLarge, action, null), "ignore a signal");
        return true;
    }
}
