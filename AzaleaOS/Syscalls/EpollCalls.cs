using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Polling;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>epoll.</summary>
internal static unsafe class EpollCalls
{
    private const int EventBytes = 12;

    // include/linux/eventpoll.h, EP_MAX_EVENTS.
    private const int MostEvents = int.MaxValue / EventBytes;

    /// <summary>epoll_create(2): the size says nothing, but must not be 0.</summary>
    [Syscall(213)]
    internal static long Create(int size) => size <= 0 ? -Errno.EINVAL : Create((OpenFlags)0);

    /// <summary>epoll_create1(2).</summary>
    [Syscall(291)]
    internal static long Create(OpenFlags flags)
    {
        if ((flags & ~OpenFlags.CloseOnExec) != 0)
        {
            return -Errno.EINVAL;
        }

        EventPoll* poll = EventPoll.Make();
        if (poll == null)
        {
            return -Errno.ENOMEM;
        }

        long result = DescriptorTable.AddAnonymous(PollableFiles.EventPoll, poll, flags | OpenFlags.ReadWrite);
        if (result < 0)
        {
            EventPoll.Drop(poll);
        }

        return result;
    }

    /// <summary>epoll_ctl(2).</summary>
    [Syscall(233)]
    internal static long Control(int poll, int operation, int descriptor, UserPointer<EpollEvent> wanted)
    {
        const int Delete = 2;
        EpollEvent change = default;
        if (operation != Delete && !wanted.TryRead(out change))
        {
            return -Errno.EFAULT;
        }

        FileReference self = DescriptorTable.Get(poll);
        if (self.IsNull)
        {
            return -Errno.EBADF;
        }

        FileReference file = DescriptorTable.Get(descriptor);
        long result = file.IsNull ? -Errno.EBADF
            : !CanWatch(file.File) ? -Errno.EPERM
            : self.File == file.File || self.File->Operations != PollableFiles.EventPoll ? -Errno.EINVAL
            : Control(self.File, operation, file.File, descriptor, change);
        if (!file.IsNull)
        {
            file.Release();
        }

        self.Release();
        return result;
    }

    private static bool CanWatch(OpenFile* file)
        => file->Operations->CanWatch != null ? file->Operations->CanWatch(file) : file->Operations->Poll != null;

    /// <summary>epoll_wait(2).</summary>
    [Syscall(232)]
    internal static long Wait(int poll, UserPointer<EpollEvent> events, int most, int milliseconds)
        => WaitUntil(poll, events, most, Deadline.OfMilliseconds(milliseconds));

    /// <summary>epoll_pwait(2).</summary>
    [Syscall(281)]
    internal static long Wait(int poll, UserPointer<EpollEvent> events, int most, int milliseconds, UserPointer<ulong> mask, ulong maskBytes)
        => WaitMasked(poll, events, most, Deadline.OfMilliseconds(milliseconds), mask, maskBytes);

    /// <summary>epoll_pwait2(2).</summary>
    [Syscall(441)]
    internal static long Wait(int poll, UserPointer<EpollEvent> events, int most, UserPointer<Timespec> timeout, UserPointer<ulong> mask, ulong maskBytes)
    {
        long result = Deadline.Read(timeout, out long deadline);
        return result < 0 ? result : WaitMasked(poll, events, most, deadline, mask, maskBytes);
    }

    private static long Control(OpenFile* self, int operation, OpenFile* file, int descriptor, EpollEvent change)
    {
        const int Add = 1, Delete = 2, Modify = 3;
        EventPoll* poll = (EventPoll*)self->Data;
        return operation switch
        {
            Add => EventPoll.Add(self, file, descriptor, change),
            Delete => poll->Delete(file, descriptor),
            Modify => poll->Modify(file, descriptor, change),
            _ => -Errno.EINVAL,
        };
    }

    private static long WaitMasked(int poll, UserPointer<EpollEvent> events, int most, long deadline, UserPointer<ulong> mask, ulong maskBytes)
    {
        long result = TemporaryMask.Set(mask, maskBytes);
        if (result < 0)
        {
            return result;
        }

        result = WaitUntil(poll, events, most, deadline);
        TemporaryMask.Restore(mask, result == -Errno.EINTR);
        return result;
    }

    private static long WaitUntil(int poll, UserPointer<EpollEvent> events, int most, long deadline)
    {
        FileReference reference = DescriptorTable.Get(poll);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        long result = most is <= 0 or > MostEvents ? -Errno.EINVAL
            : !UserMemory.IsInside(events.Address, (ulong)most * EventBytes) ? -Errno.EFAULT
            : reference.File->Operations != PollableFiles.EventPoll ? -Errno.EINVAL
            : ((EventPoll*)reference.File->Data)->Wait(events, most, deadline);
        reference.Release();
        return result;
    }
}
