using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Rings;
using AzaleaOS.Sideloader.Statistics;

namespace AzaleaOS.Sideloader.Offload;

// Requests that wait for a file to be ready: the queue's thread goes on with others meanwhile.
internal sealed unsafe partial class OffloadHandler
{
    /// <summary>How many requests of a queue may wait.</summary>
    internal const int MaxWaiting = 1024;

    /// <summary>RWF_NOWAIT. Source: Linux, include/uapi/linux/fs.h.</summary>
    private const int NoWait = 8;

    /// <summary>No error number that a call returns.</summary>
    private const long KeptForLater = long.MinValue;

    private const int Add = 1;
    private const int Delete = 2;
    private const int Change = 3;
    private const uint Readable = 1;
    private const uint Writable = 4;
    private const int CloseOnExec = 0x80000;
    private const int MaxEvents = 64;
    private const int NoDescriptor = -1;

    /// <summary>How often a helper is interrupted, about a millisecond apart, before its answer is waited for without that.</summary>
    private const int MaxInterruptions = 1000;

    /// <summary>Guards what is waiting, for cancellation by other queues' threads. The list changes on this queue's thread only.</summary>
    private readonly Lock _waitGate = new();
    private readonly List<WaitingRequest> _waiting = [];
    private readonly Stack<WaitingRequest> _unused = new();
    private readonly Queue<WaitingRequest> _completed = new();
    private WaitingRequest? _signalWait;
    private int _poll;
    private int _cancelled;

    /// <inheritdoc/>
    public int WaitDescriptor => _waiting.Count > 0 ? _poll : -1;

    /// <inheritdoc/>
    public bool TryFinish(out DescriptorChain? request, out uint written)
    {
        (request, written) = (null, 0);
        if (_waiting.Count == 0)
            return false;
        if (TakeCompleted() is { } completed)
            return Finish(completed, completed.Result, out request, out written);

        EpollEvent* events = stackalloc EpollEvent[MaxEvents];
        int count = Libc.WaitForPoll(_poll, events, MaxEvents, 0);
        for (int i = 0; i < count; i++)
        {
            int descriptor = (int)events[i].Data;
            if (descriptor == _cancelled)
                Libc.Acknowledge(_cancelled);
            else if (TryTransfer(FindByDescriptor(descriptor), out request, out written))
                return true;
        }

        // A helper that was done before the event was taken back tells no more.
        if (TakeCompleted() is { } late)
            return Finish(late, late.Result, out request, out written);
        if (_signalWait is { } wait && _application.TakeSignal() is > 0 and var signal)
            return Finish(wait, signal, out request, out written);
        return FindCancelled() is { } cancelled && Interrupt(cancelled, out request, out written);
    }

    /// <summary>A signal was raised: whoever waits for one looks again. Any thread may call it.</summary>
    internal void TellOfSignal() => Libc.Signal(_cancelled);

    /// <inheritdoc/>
    public bool TryInterrupt(out DescriptorChain? request, out uint written)
    {
        (request, written) = (null, 0);
        if (_waiting.Count == 0)
            return false;

        WaitingRequest last = _waiting[^1];
        if (last.Work is null)
            return Interrupt(last, out request, out written);

        // The helper uses the guest's memory: it must be done with that.
        last.IsCancelled = true;
        WaitForHelper(last, int.MaxValue);
        return Finish(last, last.Result, out request, out written);
    }

    /// <summary>A helper has done its work. On its thread.</summary>
    internal void Complete(WaitingRequest work, long result)
    {
        lock (_waitGate)
        {
            work.Result = result;
            work.Helper = 0;
            _completed.Enqueue(work);
            // Inside the lock: who waits for the completion may close the descriptor next.
            Libc.Signal(_cancelled);
        }
    }

    /// <summary>Interrupts a waiting request. Any thread may call it. Work for the disk is not interrupted, as on Linux.</summary>
    internal bool TryCancel(ulong sequence)
    {
        WaitingRequest? found = null;
        lock (_waitGate)
        {
            foreach (WaitingRequest waiting in _waiting)
            {
                if (waiting.Sequence == sequence && !waiting.IsCancelled && (waiting.Work is null || waiting.Helper != 0))
                    found = waiting;
            }

            if (found is null)
                return false;

            found.IsCancelled = true;
            if (found.Work is null)
            {
                Libc.Signal(_cancelled);
                return true;
            }
        }

        WaitForHelper(found, MaxInterruptions);
        return true;
    }

    /// <summary>Interrupts a helper until its call has returned. A signal may come just before the call: hence again and again.</summary>
    private void WaitForHelper(WaitingRequest work, int tries)
    {
        ulong sequence = work.Sequence;
        for (int i = 0; i < tries; i++)
        {
            lock (_waitGate)
            {
                if (_completed.Contains(work) || work.Sequence != sequence || work.Work is null)
                    return;

                HelperThreads.Interrupt(work.Helper);
            }

            Thread.Sleep(i < 10 ? 0 : 1);
        }
    }

    private WaitingRequest? TakeCompleted()
    {
        lock (_waitGate)
            return _completed.TryDequeue(out WaitingRequest? completed) ? completed : null;
    }

    private WaitingRequest? FindByDescriptor(int descriptor)
    {
        foreach (WaitingRequest waiting in _waiting)
        {
            if (waiting.Descriptor == descriptor)
                return waiting;
        }

        return null;
    }

    private WaitingRequest? FindCancelled()
    {
        lock (_waitGate)
        {
            foreach (WaitingRequest waiting in _waiting)
            {
                if (waiting.IsCancelled && waiting.Work is null)
                    return waiting;
            }
        }

        return null;
    }

    private void CreateWaits()
    {
        _poll = LinuxException.ThrowIfFailed(Libc.CreatePoll(CloseOnExec), "create an epoll");
        _cancelled = LinuxException.ThrowIfFailed(Libc.CreateEvent(0, Libc.EventCloseOnExec | Libc.EventNonBlocking), "create an eventfd");
        var wanted = new EpollEvent { Events = Readable, Data = (ulong)_cancelled };
        LinuxException.ThrowIfFailed(Libc.ControlPoll(_poll, Add, _cancelled, &wanted), "wait for an eventfd");
    }

    private void DisposeWaits()
    {
        _ = Libc.Close(_poll);
        _ = Libc.Close(_cancelled);
    }

    /// <summary>Keeps the request at hand until its file is ready.</summary>
    private long Keep(OpenFile file, bool writes, int flags)
    {
        if (_waiting.Count == MaxWaiting)
            return -(int)Errno.EAGAIN;

        int descriptor = Libc.Duplicate(file.Descriptor);
        if (descriptor < 0)
            return FileTree.Error;

        var wanted = new EpollEvent { Events = writes ? Writable : Readable, Data = (ulong)descriptor };
        if (Libc.ControlPoll(_poll, Add, descriptor, &wanted) < 0)
        {
            long error = FileTree.Error;
            _ = Libc.Close(descriptor);
            return error;
        }

        AddWaiting(descriptor, writes, flags).Tail = writes ? file.Tail : null;
        return KeptForLater;
    }

    /// <summary>Keeps the request at hand until a signal is raised.</summary>
    private long KeepForSignal()
    {
        if (_signalWait is not null)
            return -(int)Errno.EBUSY;
        if (_waiting.Count == MaxWaiting)
            return -(int)Errno.EAGAIN;

        // Nothing comes back but the result, as with a write.
        _signalWait = AddWaiting(NoDescriptor, writes: true, 0);
        // One that was raised since the last look told those who waited then.
        TellOfSignal();
        return KeptForLater;
    }

    private WaitingRequest AddWaiting(int descriptor, bool writes, int flags) => AddWaiting(Unused(), descriptor, writes, flags);

    private WaitingRequest Unused() => _unused.Count > 0 ? _unused.Pop() : new WaitingRequest();

    private WaitingRequest AddWaiting(WaitingRequest waiting, int descriptor, bool writes, int flags)
    {
        (waiting.Chain, waiting.Descriptor, waiting.Writes, waiting.Flags, waiting.Tail) = (_chain, descriptor, writes, flags, null);
        waiting.Sequence = _header.Sequence;
        (waiting.Header, waiting.Seen) = (_header, _seen != 0 ? _seen : StatisticsFile.Now);
        lock (_waitGate)
            _waiting.Add(waiting);
        return waiting;
    }

    private bool TryTransfer(WaitingRequest? waiting, out DescriptorChain? request, out uint written)
    {
        (request, written) = (null, 0);
        if (waiting is null)
            return false;

        long result;
        if (waiting.Retry is { } retry)
        {
            result = retry(this, waiting);
        }
        else
        {
            result = waiting.Writes
                ? Write(waiting.Chain!, waiting.Descriptor, -1, waiting.Flags)
                : Read(waiting.Chain!, waiting.Descriptor, -1, waiting.Flags);
            waiting.Answered = waiting.Writes ? 0 : Math.Max(result, 0);
            waiting.Tail?.Add(waiting.Chain!, result);
        }

        // Somebody else was faster.
        return (result != -(int)Errno.EAGAIN || !WaitAgain(waiting, ref result)) && Finish(waiting, result, out request, out written);
    }

    private bool Interrupt(WaitingRequest waiting, out DescriptorChain? request, out uint written) =>
        Finish(waiting, -(int)Errno.EINTR, out request, out written);

    private bool Finish(WaitingRequest waiting, long result, out DescriptorChain? request, out uint written)
    {
        // The file may have other descriptors, so closing this one does not end the wait for it.
        if (waiting.Descriptor != NoDescriptor)
        {
            _ = Libc.ControlPoll(_poll, Delete, waiting.Descriptor, null);
            _ = Libc.Close(waiting.Descriptor);
        }

        if (waiting == _signalWait)
            _signalWait = null;
        lock (_waitGate)
            _waiting.Remove(waiting);
        request = waiting.Chain;
        _meter?.Count(waiting.Header, request!, waiting.Seen, result, isKept: true);
        written = Respond(request!, waiting.Sequence, result, waiting.Answered);
        waiting.Chain = null;
        waiting.Clear();
        _unused.Push(waiting);
        return true;
    }
}
