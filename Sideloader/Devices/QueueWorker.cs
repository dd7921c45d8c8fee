using System.Diagnostics;
using System.Runtime.Intrinsics.X86;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Memory;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Rings;

namespace AzaleaOS.Sideloader.Devices;

/// <summary>The thread that serves one queue from start to stop. No request allocates.</summary>
internal sealed class QueueWorker : IDisposable
{
    private const int LooksPerClock = 64;

    /// <summary>Looks without a pause, some hundred nanoseconds: who has got an answer asks again soon, and a pause would be a tenth of that call.</summary>
    private const int EagerLooks = 256;

    // EPOLL_CTL_ADD, EPOLLIN, EPOLLET. Source: Linux, include/uapi/linux/eventpoll.h.
    private const int Add = 1;
    private const uint Readable = 1;
    private const uint EachSignal = 1u << 31;

    private readonly Virtqueue _queue;
    private readonly GuestMemory _memory;
    private readonly IRequestHandler _handler;
    private readonly QueueSignals _signals;
    private readonly Action<string> _log;
    private readonly TimeSpan _spin;
    private readonly int _kick;
    private readonly int _stop;

    /// <summary>An epoll of both.</summary>
    private readonly int _wake;
    private readonly Stack<DescriptorChain> _free = new();
    private DescriptorChain _chain = new();
    private readonly Thread _thread;
    private volatile bool _stopping;

    /// <summary>Starts to serve.</summary>
    /// <param name="name">Of the thread.</param>
    /// <param name="queue">The queue; used by the worker's thread alone until <see cref="Dispose"/> returns.</param>
    /// <param name="memory">The memory it lies in; held while the worker runs.</param>
    /// <param name="handler">Who answers; disposed of at the end.</param>
    /// <param name="kick">The eventfd by which the driver notifies; stays the caller's.</param>
    /// <param name="signals">How the driver is notified.</param>
    /// <param name="spin">How long to look for the next request before sleeping.</param>
    /// <param name="log">Takes what went wrong.</param>
    internal QueueWorker(string name, Virtqueue queue, GuestMemory memory, IRequestHandler handler, int kick, QueueSignals signals, TimeSpan spin, Action<string> log)
    {
        (_queue, _memory, _handler, _kick, _signals, _spin, _log) = (queue, memory, handler, kick, signals, spin, log);
        _stop = LinuxException.ThrowIfFailed(Libc.CreateEvent(0, Libc.EventCloseOnExec | Libc.EventNonBlocking), "create an eventfd");
        _wake = LinuxException.ThrowIfFailed(Libc.CreatePoll(Libc.EventCloseOnExec), "create an epoll");
        // Of the driver's signals each one wakes, so that nobody has to take them away.
        Watch(kick, Readable | EachSignal);
        Watch(_stop, Readable);
        _memory.Hold();
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Stops after the request in progress, and waits for it.</summary>
    public void Dispose()
    {
        _stopping = true;
        Libc.Signal(_stop);
        _thread.Join();
        while (_handler.TryInterrupt(out DescriptorChain? kept, out uint written))
            GiveBack(kept!, written);
        LinuxException.ThrowIfFailed(Libc.Close(_wake), "close an epoll");
        LinuxException.ThrowIfFailed(Libc.Close(_stop), "close an eventfd");
        _chain.Dispose();
        foreach (DescriptorChain chain in _free)
            chain.Dispose();
        _handler.Dispose();
        _memory.Release();
    }

    private void Run()
    {
        try
        {
            while (!_stopping)
            {
                _queue.DisableNotifications();
                if (!Drain())
                    return;
                while (_handler.TryFinish(out DescriptorChain? kept, out uint written))
                    GiveBack(kept!, written);
                if (Spin() || _queue.EnableNotifications())
                    continue;

                WaitForKick();
            }
        }
        catch (Exception e) when (e is LinuxException or IOException)
        {
            _log($"{_thread.Name}: {e.Message}");
            _signals.Error.Signal();
        }
    }

    /// <summary>Answers all requests that there are.</summary>
    /// <returns>False if the queue is broken.</returns>
    private bool Drain()
    {
        while (!_stopping)
        {
            switch (_queue.TryTake(_chain))
            {
                case TakeResult.Empty:
                    return true;
                case TakeResult.Broken:
                    _log($"{_thread.Name} is stopped until the driver resets it: {_queue.Complaint}");
                    _signals.Error.Signal();
                    return false;
            }

            if (_handler.TryAnswer(_chain, _queue))
            {
                Notify();
                continue;
            }

            long written = _handler.Handle(_chain);
            if (written == IRequestHandler.Kept)
            {
                _chain = _free.Count > 0 ? _free.Pop() : new DescriptorChain();
                continue;
            }

            Give(_chain.Head, (uint)written);
        }

        return true;
    }

    /// <summary>Gives back a request that was kept, whose chain can be used again.</summary>
    private void GiveBack(DescriptorChain kept, uint written)
    {
        Give(kept.Head, written);
        _free.Push(kept);
    }

    private void Give(ushort head, uint written)
    {
        _queue.Give(head, written);
        Notify();
    }

    private void Notify()
    {
        if (_queue.ShouldNotify())
            _signals.Call.Signal();
    }

    /// <summary>Looks for the next request for a while.</summary>
    private bool Spin()
    {
        if (_spin == TimeSpan.Zero)
            return false;

        for (int i = 0; i < EagerLooks; i++)
        {
            if (_queue.HasAvailable)
                return true;
        }

        long start = 0;
        do
        {
            for (int i = 0; i < LooksPerClock; i++)
            {
                if (_queue.HasAvailable)
                    return true;
                // A hint to the processor, and shorter than a wait of .NET's.
                if (X86Base.IsSupported)
                    X86Base.Pause();
            }

            // The clock costs as much as a few looks: an answer that comes at once does without.
            if (start == 0)
                start = Stopwatch.GetTimestamp();
        }
        while (!_stopping && Stopwatch.GetElapsedTime(start) < _spin);

        return false;
    }

    private unsafe void WaitForKick()
    {
        // A signal may end either wait: then the queue is looked at once for nothing.
        if (_handler.WaitDescriptor < 0)
        {
            EpollEvent found;
            _ = Libc.WaitForPoll(_wake, &found, 1, -1);
            return;
        }

        PollDescriptor* waits = stackalloc PollDescriptor[3];
        waits[0] = new PollDescriptor { Descriptor = _kick, Events = Libc.PollIn };
        waits[1] = new PollDescriptor { Descriptor = _stop, Events = Libc.PollIn };
        waits[2] = new PollDescriptor { Descriptor = _handler.WaitDescriptor, Events = Libc.PollIn };
        if (Libc.Poll(waits, 3, -1) > 0 && waits[0].Found != 0)
            Libc.Acknowledge(_kick);
    }

    private unsafe void Watch(int descriptor, uint events)
    {
        var wanted = new EpollEvent { Events = events };
        LinuxException.ThrowIfFailed(Libc.ControlPoll(_wake, Add, descriptor, &wanted), "watch an eventfd");
    }
}
