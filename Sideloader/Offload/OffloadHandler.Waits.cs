using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Rings;

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
    private const uint Readable = 1;
    private const uint Writable = 4;
    private const int CloseOnExec = 0x80000;
    private const int MaxEvents = 64;
    private const int NoDescriptor = -1;

    /// <summary>Guards what is waiting, for cancellation by other queues' threads. The list changes on this queue's thread only.</summary>
    private readonly Lock _waitGate = new();
    private readonly List<WaitingRequest> _waiting = [];
    private readonly Stack<WaitingRequest> _unused = new();
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
        return _waiting.Count > 0 && Interrupt(_waiting[^1], out request, out written);
    }

    /// <summary>Interrupts a waiting request. Any thread may call it.</summary>
    internal bool TryCancel(ulong sequence)
    {
        lock (_waitGate)
        {
            foreach (WaitingRequest waiting in _waiting)
            {
                if (waiting.Sequence != sequence || waiting.IsCancelled)
                    continue;

                waiting.IsCancelled = true;
                Libc.Signal(_cancelled);
                return true;
            }
        }

        return false;
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
                if (waiting.IsCancelled)
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

        AddWaiting(descriptor, writes, flags);
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

    private WaitingRequest AddWaiting(int descriptor, bool writes, int flags)
    {
        WaitingRequest waiting = _unused.Count > 0 ? _unused.Pop() : new WaitingRequest();
        (waiting.Chain, waiting.Descriptor, waiting.Writes, waiting.Flags) = (_chain, descriptor, writes, flags);
        (waiting.Sequence, waiting.IsCancelled) = (_header.Sequence, false);
        lock (_waitGate)
            _waiting.Add(waiting);
        return waiting;
    }

    private bool TryTransfer(WaitingRequest? waiting, out DescriptorChain? request, out uint written)
    {
        (request, written) = (null, 0);
        if (waiting is null)
            return false;

        long result = waiting.Writes
            ? Write(waiting.Chain!, waiting.Descriptor, -1, waiting.Flags)
            : Read(waiting.Chain!, waiting.Descriptor, -1, waiting.Flags);
        // Somebody else was faster.
        return result != -(int)Errno.EAGAIN && Finish(waiting, result, out request, out written);
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
        written = Respond(request!, waiting.Sequence, result, waiting.Writes ? 0 : Math.Max(result, 0));
        waiting.Chain = null;
        _unused.Push(waiting);
        return true;
    }
}
