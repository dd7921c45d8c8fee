using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Offload;

// Readiness of the application's files.
internal sealed unsafe partial class OffloadHandler
{
    /// <summary>POLLNVAL. Source: Linux, include/uapi/asm-generic/poll.h.</summary>
    private const ushort NotOpen = 0x20;

    /// <summary>EPOLLET. Source: Linux, include/uapi/linux/eventpoll.h.</summary>
    private const uint EdgeTriggered = 1u << 31;

    private long PollFiles()
    {
        long count = Argument(1);
        if (count is < 0 or > OpenFileTable.MaxFiles)
            return -(int)Errno.EINVAL;
        if (Argument(0) != count * sizeof(PollDescriptor) || _chain.WritableBytes - ResponseHeader.Bytes < Argument(0))
            return -(int)Errno.EFAULT;

        WaitingRequest waiting = Unused();
        for (int i = 0; i < count; i++)
        {
            if (!_chain.TryRead(_taken + i * sizeof(PollDescriptor), out PollDescriptor wanted))
                return Drop(waiting, -(int)Errno.EFAULT);
            waiting.Polled.Add((wanted.Descriptor < 0 ? null : _application.Files.Borrow(wanted.Descriptor), wanted));
        }

        waiting.Chain = _chain;
        var asked = (ChannelPoll)Argument(3);
        if (asked == ChannelPoll.MayWait)
            return Drop(waiting, TryGather(waiting));

        bool isEdge = asked == ChannelPoll.News;
        long ready = isEdge ? 0 : Look(waiting);
        if (ready != 0 || Argument(2) == 0 || (_header.Flags & RequestFlags.NonBlocking) != 0)
            return Drop(waiting, ready, waiting.Answered);
        if (_waiting.Count == MaxWaiting)
            return Drop(waiting, -(int)Errno.EAGAIN);

        int poll = Gather(waiting, isEdge ? EdgeTriggered : 0);
        if (poll < 0)
            return Drop(waiting, poll);

        if (isEdge)
        {
            // The first event of each file is that it is as it is: whoever asks knows that, unless it has changed since.
            Drain(poll);
            if (Look(waiting) != 0 && HasNews(waiting))
            {
                _ = Libc.ControlPoll(_poll, Delete, poll, null);
                _ = Libc.Close(poll);
                return Drop(waiting, 1, waiting.Answered);
            }
        }

        waiting.Retry = isEdge ? LookAtEdge : LookAgain;
        AddWaiting(waiting, poll, writes: false, 0);
        return KeptForLater;
    }

    private static long LookAgain(OffloadHandler handler, WaitingRequest waiting) =>
        handler.Look(waiting) is var ready and not 0 ? ready : -(int)Errno.EAGAIN;

    private static long LookAtEdge(OffloadHandler handler, WaitingRequest waiting)
    {
        Drain(waiting.Descriptor);
        return LookAgain(handler, waiting);
    }

    private static void Drain(int poll)
    {
        EpollEvent* events = stackalloc EpollEvent[MaxEvents];
        while (Libc.WaitForPoll(poll, events, MaxEvents, 0) == MaxEvents)
        {
            // As many as there are.
        }
    }

    /// <summary>Whether the last look found more than the request knew.</summary>
    private bool HasNews(WaitingRequest waiting)
    {
        var polled = (PollDescriptor*)_records;
        for (int i = 0; i < waiting.Polled.Count; i++)
        {
            if ((polled[i].Found & ~waiting.Polled[i].Wanted.Found) != 0)
                return true;
        }

        return false;
    }

    /// <summary>The result of a request that does not wait.</summary>
    private long Drop(WaitingRequest waiting, long result, long answered = 0)
    {
        _answered = answered;
        waiting.Chain = null;
        waiting.Clear();
        _unused.Push(waiting);
        return result;
    }

    /// <summary>Asks Linux what is ready now, and writes it into the answer.</summary>
    /// <returns>How many files are.</returns>
    private long Look(WaitingRequest waiting)
    {
        int count = waiting.Polled.Count;
        var polled = (PollDescriptor*)_records;
        for (int i = 0; i < count; i++)
        {
            (OpenFile? file, PollDescriptor wanted) = waiting.Polled[i];
            polled[i] = new PollDescriptor { Descriptor = file?.Descriptor ?? -1, Events = wanted.Events };
        }

        int ready = Libc.Poll(polled, (nuint)count, 0);
        if (ready < 0)
            return Libc.LastError == Errno.EINTR ? 0 : FileTree.Error;

        for (int i = 0; i < count; i++)
        {
            (OpenFile? file, PollDescriptor wanted) = waiting.Polled[i];
            if (file is null && wanted.Descriptor >= 0)
            {
                polled[i].Found = NotOpen;
                ready++;
            }

            polled[i].Descriptor = wanted.Descriptor;
        }

        waiting.Answered = waiting.Chain!.Write(ResponseHeader.Bytes, new ReadOnlySpan<byte>(polled, count * sizeof(PollDescriptor)));
        return ready;
    }

    /// <summary>An epoll of its own for all files of a request: they are the same as other requests wait for.</summary>
    private int Gather(WaitingRequest waiting, uint how)
    {
        int poll = Libc.CreatePoll(CloseOnExec);
        if (poll < 0)
            return FileTree.Error;

        foreach ((OpenFile? file, PollDescriptor asked) in waiting.Polled)
        {
            if (file is null)
                continue;

            var wanted = new EpollEvent { Events = asked.Events | how, Data = 0 };
            int added = Check(Libc.ControlPoll(poll, Add, file.Descriptor, &wanted));
            // The same file once more: it is there, but for other events perhaps.
            if (added == -(int)Errno.EEXIST)
            {
                wanted.Events = EventsOf(waiting, file) | how;
                added = Check(Libc.ControlPoll(poll, Change, file.Descriptor, &wanted));
            }

            if (added < 0)
                return Abandon(poll, added);
        }

        var inner = new EpollEvent { Events = Readable, Data = (ulong)poll };
        int result = Check(Libc.ControlPoll(_poll, Add, poll, &inner));
        return result < 0 ? Abandon(poll, result) : poll;
    }

    private int TryGather(WaitingRequest waiting)
    {
        int poll = Gather(waiting, 0);
        if (poll < 0)
            return poll;

        _ = Libc.ControlPoll(_poll, Delete, poll, null);
        return Abandon(poll, 0);
    }

    private static int Abandon(int poll, int error)
    {
        _ = Libc.Close(poll);
        return error;
    }

    private static uint EventsOf(WaitingRequest waiting, OpenFile file)
    {
        uint events = 0;
        foreach ((OpenFile? other, PollDescriptor asked) in waiting.Polled)
            events |= other == file ? asked.Events : 0u;
        return events;
    }
}
