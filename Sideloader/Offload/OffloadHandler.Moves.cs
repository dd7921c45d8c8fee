using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Offload;

// Data from file to file inside the host's kernel: sendfile, splice, tee.
internal sealed unsafe partial class OffloadHandler
{
    /// <summary>SPLICE_F_NONBLOCK and all that are known. Source: Linux, include/linux/splice.h.</summary>
    private const uint SpliceNow = 2;
    private const uint KnownSplice = 0xF;

    /// <summary>The most that one call moves while the queue's thread makes it. Linux moves 2 GiB at most; callers go on from there.</summary>
    private const long MaxMove = LongCopy;

    private long SendFile()
    {
        long offset = 0;
        if (TakeOffset(Argument(2), ref offset) is < 0 and var fault)
            return fault;

        // The target is the first argument.
        return Move(Argument(1), Argument(0), (_, waiting) =>
        {
            long from = waiting.Offset;
            bool given = (waiting.Flags & 1) != 0;
            long count = Libc.SendFile(waiting.Target!.Descriptor, waiting.File!.Descriptor, given ? &from : null, (nuint)Math.Min((ulong)waiting.Length, MaxMove));
            return count < 0 ? FileTree.Error : AnswerOffsets(waiting, count, from, 0);
        }, offset, 0, Argument(3), Argument(2) >= 0 ? 1 : 0, nonBlocking: false);
    }

    private long Splice()
    {
        long sourceOffset = 0;
        long targetOffset = 0;
        if (TakeOffset(Argument(1), ref sourceOffset) is < 0 and var sourceFault)
            return sourceFault;
        if (TakeOffset(Argument(3), ref targetOffset) is < 0 and var targetFault)
            return targetFault;
        if ((Argument(5) & ~(long)KnownSplice) != 0)
            return -(int)Errno.EINVAL;

        int given = (Argument(1) >= 0 ? 1 : 0) | (Argument(3) >= 0 ? 2 : 0);
        return Move(Argument(0), Argument(2), (_, waiting) =>
        {
            long from = waiting.Offset;
            long to = waiting.Lock.Start;
            long count = Libc.Splice(
                waiting.File!.Descriptor, (waiting.Flags & 1) != 0 ? &from : null, waiting.Target!.Descriptor, (waiting.Flags & 2) != 0 ? &to : null,
                (nuint)Math.Min((ulong)waiting.Length, MaxMove), SpliceNow);
            return count < 0 ? FileTree.Error : AnswerOffsets(waiting, count, from, to);
        }, sourceOffset, targetOffset, Argument(4), given, (Argument(5) & SpliceNow) != 0);
    }

    private long Tee()
    {
        if ((Argument(3) & ~(long)KnownSplice) != 0)
            return -(int)Errno.EINVAL;

        return Move(Argument(0), Argument(1), (_, waiting) =>
        {
            long count = Libc.Tee(waiting.File!.Descriptor, waiting.Target!.Descriptor, (nuint)Math.Min((ulong)waiting.Length, MaxMove), SpliceNow);
            return count < 0 ? FileTree.Error : count;
        }, 0, 0, Argument(2), 0, (Argument(3) & SpliceNow) != 0);
    }

    private long Move(long source, long target, Func<OffloadHandler, WaitingRequest, long> move, long sourceOffset, long targetOffset, long length, int given, bool nonBlocking)
    {
        if (_application.Files.Borrow(source) is not { } from)
            return -(int)Errno.EBADF;
        if (_application.Files.Borrow(target) is not { } to)
        {
            from.Release();
            return -(int)Errno.EBADF;
        }

        WaitingRequest waiting = Unused();
        (waiting.File, waiting.Target, waiting.Chain) = (from, to, _chain);
        (waiting.Offset, waiting.Lock, waiting.Length, waiting.Flags) = (sourceOffset, new RecordLock { Start = targetOffset }, length, given);
        long result = move(this, waiting);
        bool waits = result == -(int)Errno.EAGAIN && !nonBlocking && (_header.Flags & RequestFlags.NonBlocking) == 0
            && !((from.Waits && from.NonBlocking) || (to.Waits && to.NonBlocking));
        if (waits)
        {
            waiting.Work = null;
            waiting.Retry = move;
            result = KeepMove(waiting);
        }

        if (result != KeptForLater)
        {
            _answered = waiting.Answered;
            waiting.Chain = null;
            waiting.Clear();
            _unused.Push(waiting);
        }

        return result;
    }

    /// <summary>Waits for what is not ready: data in the source, else room in the target.</summary>
    private long KeepMove(WaitingRequest waiting)
    {
        if (_waiting.Count == MaxWaiting)
            return -(int)Errno.EAGAIN;

        int descriptor = RegisterMove(waiting);
        if (descriptor < 0)
            return descriptor;

        AddWaiting(waiting, descriptor, writes: false, waiting.Flags);
        return KeptForLater;
    }

    private int RegisterMove(WaitingRequest waiting)
    {
        bool forSource = waiting.File!.Waits && !IsReady(waiting.File.Descriptor, writes: false);
        int descriptor = Libc.Duplicate((forSource ? waiting.File : waiting.Target!).Descriptor);
        if (descriptor < 0)
            return FileTree.Error;

        var wanted = new EpollEvent { Events = forSource ? Readable : Writable, Data = (ulong)descriptor };
        if (Libc.ControlPoll(_poll, Add, descriptor, &wanted) >= 0)
            return descriptor;

        int error = FileTree.Error;
        _ = Libc.Close(descriptor);
        return error;
    }

    /// <summary>The one was ready and the other is not: waits for that.</summary>
    /// <returns>Whether it waits; else the result is the request's.</returns>
    private bool WaitAgain(WaitingRequest waiting, ref long result)
    {
        if (waiting.Target is null)
            return true;

        int descriptor = RegisterMove(waiting);
        if (descriptor < 0)
        {
            result = descriptor;
            return false;
        }

        _ = Libc.ControlPoll(_poll, Delete, waiting.Descriptor, null);
        _ = Libc.Close(waiting.Descriptor);
        waiting.Descriptor = descriptor;
        return true;
    }
}
