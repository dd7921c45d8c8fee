using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Offload;

// Calls that wait inside Linux: helper threads make them, so that the queue goes on.
internal sealed unsafe partial class OffloadHandler
{
    /// <summary>From here on a copy in the host's kernel may take long enough to hold up others. Bytes.</summary>
    private const long LongCopy = 1 << 20;

    /// <summary>LOCK_SH, LOCK_EX, LOCK_UN and LOCK_NB. Source: Linux, include/uapi/asm-generic/fcntl.h.</summary>
    private const int SharedLock = 1;
    private const int ExclusiveLock = 2;
    private const int NoLock = 8;
    private const int LockNow = 4;

    /// <summary>F_GETLK, F_SETLK, F_SETLKW, and the same for locks of open files.</summary>
    private const int FindLock = 5;
    private const int SetLock = 6;
    private const int WaitForLock = 7;
    private const int FindOpenFileLock = 36;
    private const int SetOpenFileLock = 37;
    private const int WaitForOpenFileLock = 38;

    /// <summary>SYNC_FILE_RANGE_WRITE alone does not wait.</summary>
    private const int StartWriting = 2;
    private const int SeekCurrent = 1;

    /// <summary>RWF_DSYNC and RWF_SYNC.</summary>
    private const int WriteThrough = 6;

    /// <summary>Gives the request at hand to a helper.</summary>
    /// <param name="waiting">From <see cref="Unused"/>, with what the work needs. What it holds is let go of when it is done.</param>
    /// <param name="descriptor">One that is closed when it is done, or -1.</param>
    /// <param name="work">What to do.</param>
    /// <param name="patient">Whether it waits for somebody else, as long as that takes, and CANCEL ends it.</param>
    private long HandOver(WaitingRequest waiting, int descriptor, Func<OffloadHandler, WaitingRequest, long> work, bool patient)
    {
        (waiting.Work, waiting.Handler, waiting.Helper) = (work, this, patient ? -1 : 0);
        if (_waiting.Count < MaxWaiting)
        {
            AddWaiting(waiting, descriptor, waiting.Writes, waiting.Flags);
            if (_application.Helpers.TryStart(waiting, patient))
                return KeptForLater;
            lock (_waitGate)
                _waiting.Remove(waiting);
        }

        waiting.Chain = null;
        waiting.Clear();
        _unused.Push(waiting);
        if (descriptor >= 0)
            _ = Libc.Close(descriptor);
        return -(int)Errno.EAGAIN;
    }

    /// <summary>Gives the request at hand to a helper, for the file of argument 0.</summary>
    private long HandOver(OpenFile file, Func<OffloadHandler, WaitingRequest, long> work, long offset = 0, long length = 0, int flags = 0, bool patient = false)
    {
        WaitingRequest waiting = Unused();
        file.Hold();
        (waiting.File, waiting.Offset, waiting.Length, waiting.Flags) = (file, offset, length, flags);
        return HandOver(waiting, NoDescriptor, work, patient);
    }

    private long SynchronizeRange(OpenFile file)
    {
        if ((int)Argument(3) == StartWriting || (int)Argument(3) == 0)
            return Check(Libc.SynchronizeRange(file.Descriptor, Argument(1), Argument(2), (uint)Argument(3)));
        return HandOver(file, (_, waiting) => Check(Libc.SynchronizeRange(waiting.File!.Descriptor, waiting.Offset, waiting.Length, (uint)waiting.Flags)), Argument(1), Argument(2), (int)Argument(3));
    }

    private long LockFile(OpenFile file)
    {
        int operation = (int)Argument(1);
        if ((operation & ~LockNow) is not (SharedLock or ExclusiveLock or NoLock))
            return -(int)Errno.EINVAL;

        long result = Check(Libc.LockFile(file.Descriptor, operation | LockNow));
        if (result != -(int)Errno.EAGAIN || (operation & LockNow) != 0)
            return result;
        return HandOver(file, (_, waiting) => Check(Libc.LockFile(waiting.File!.Descriptor, waiting.Flags)), flags: operation, patient: true);
    }

    private long LockRecord(OpenFile file, int command)
    {
        if (Argument(2) != sizeof(RecordLock) || !_chain.TryRead(_taken, out RecordLock wanted))
            return -(int)Errno.EFAULT;

        bool waits = command is WaitForLock or WaitForOpenFileLock;
        RecordLock record = wanted;
        if (command is not (FindLock or FindOpenFileLock))
            _application.HasRecordLocks = true;
        long result = Check(Libc.Control(file.Descriptor, waits ? command - 1 : command, &record));
        if (command is FindLock or FindOpenFileLock)
            return result < 0 ? result : Answer(in record);
        if (!waits || result is not (-(int)Errno.EAGAIN or -(int)Errno.EACCES))
            return result;

        WaitingRequest waiting = Unused();
        file.Hold();
        (waiting.File, waiting.Lock, waiting.Flags) = (file, wanted, command);
        return HandOver(waiting, NoDescriptor, (_, waiting) =>
        {
            RecordLock record = waiting.Lock;
            return Check(Libc.Control(waiting.File!.Descriptor, waiting.Flags, &record));
        }, patient: true);
    }

    /// <summary>
    /// Closes a number. Linux takes all record locks of a process from a file with whatever descriptor of it is closed; here a
    /// descriptor may go on under another number.
    /// </summary>
    private long Close(long number)
    {
        if (_application.HasRecordLocks && _application.Files.Borrow(number) is { } file)
        {
            var all = new RecordLock { Type = RecordLock.Unlock };
            // What has no locks says so; the number is closed in any case.
            _ = Libc.Control(file.Descriptor, SetLock, &all);
            file.Release();
        }

        return _application.Files.Remove(number);
    }

    /// <summary>Opens a pipe by a name, which waits for its other end.</summary>
    /// <param name="descriptor">Of the pipe, O_PATH or open for reading; closed at the end.</param>
    /// <param name="flags">How to open it.</param>
    private long OpenPipe(int descriptor, OpenFlags flags)
    {
        WaitingRequest waiting = Unused();
        waiting.Length = _resolver.Tree;
        waiting.Flags = (int)(flags & (OpenFlags.AccessMask | OpenFlags.Append) | OpenFlags.CloseOnExec);
        return HandOver(waiting, descriptor, (handler, waiting) => handler.OpenPipe(waiting), patient: true);
    }

    private long OpenPipe(WaitingRequest waiting)
    {
        byte* path = stackalloc byte[FileTree.MaxPath];
        FileTree.FormatPath(waiting.Descriptor, new Span<byte>(path, FileTree.MaxPath));
        int opened = Libc.OpenAt(AtFlags.WorkingDirectory, path, (OpenFlags)waiting.Flags, 0);
        if (opened < 0)
            return FileTree.Error;
        if (Libc.Control(opened, SetFlags, (nint)(waiting.Flags & (int)OpenFlags.Append) | (nint)OpenFlags.NonBlocking) < 0)
        {
            long error = FileTree.Error;
            _ = Libc.Close(opened);
            return error;
        }

        OpenFile file = _application.Files.Create(opened, waits: true, nonBlocking: false);
        file.Tree = (int)waiting.Length;
        return _application.Files.Add(file);
    }

    /// <summary>Whether a transfer may have to wait for a disk.</summary>
    private static bool IsForDisk(OpenFile file, bool writes, int flags) =>
        file.IsRegular && (file.IsDirect || (writes && (flags & WriteThrough) != 0));

    private long TransferByHelper(OpenFile file, bool writes, long offset, int flags)
    {
        WaitingRequest waiting = Unused();
        file.Hold();
        (waiting.File, waiting.Offset, waiting.Flags, waiting.Writes) = (file, offset, flags, writes);
        return HandOver(waiting, NoDescriptor, (_, waiting) =>
        {
            if (waiting.Writes)
                return Write(waiting.Chain!, waiting.File!.Descriptor, waiting.Offset, waiting.Flags);

            long result = Read(waiting.Chain!, waiting.File!.Descriptor, waiting.Offset, waiting.Flags);
            waiting.Answered = Math.Max(result, 0);
            return result;
        }, patient: false);
    }

    /// <summary>Reads from a regular file if its pages are in memory, else by a helper.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long ReadRegular(OpenFile file, long offset, int flags)
    {
        long wanted = _chain.WritableBytes - ResponseHeader.Bytes;
        if (flags != 0 || wanted == 0)
            return Read(_chain, file.Descriptor, offset, flags);
        if (offset < 0)
            return ReadAtPosition(file, wanted);
        // What was found in memory a short while ago is read without asking: the question costs a fifth of a short read.
        if (file.IsCached(offset, wanted))
            return Read(_chain, file.Descriptor, offset, 0);

        long result = Read(_chain, file.Descriptor, offset, NoWait);
        if (result == -(int)Errno.EOPNOTSUPP)
            return Read(_chain, file.Descriptor, offset, 0);
        // What is in memory may end before the file does.
        return result == -(int)Errno.EAGAIN || (result >= 0 && result < wanted && !EndsAt(file, offset + result))
            ? TransferByHelper(file, writes: false, offset, 0)
            : result;
    }

    /// <summary>The file's own position must move once for all that is read, so there is one call, and Linux is asked before it.</summary>
    private long ReadAtPosition(OpenFile file, long wanted)
    {
        if (!PageCache.IsKnown)
            return Read(_chain, file.Descriptor, -1, 0);

        long position = Libc.Seek(file.Descriptor, 0, SeekCurrent);
        return position < 0 || file.IsCached(position, wanted) || PageCache.Holds(file.Descriptor, position, wanted)
            ? Read(_chain, file.Descriptor, -1, 0)
            : TransferByHelper(file, writes: false, -1, 0);
    }

    private static bool EndsAt(OpenFile file, long offset)
    {
        Stat status;
        return Libc.StatAt(file.Descriptor, FileTree.Empty, &status, AtFlags.EmptyPath) < 0 || offset >= status.Size;
    }

    private long CopyByHelper(OpenFile source, OpenFile target, long sourceOffset, long targetOffset)
    {
        WaitingRequest waiting = Unused();
        source.Hold();
        target.Hold();
        (waiting.File, waiting.Target, waiting.Offset, waiting.Length) = (source, target, sourceOffset, targetOffset);
        waiting.Flags = (Argument(1) < 0 ? 0 : 1) | (Argument(3) < 0 ? 0 : 2);
        waiting.Lock = new RecordLock { Length = Argument(4) };
        return HandOver(waiting, NoDescriptor, (_, waiting) =>
        {
            long from = waiting.Offset;
            long to = waiting.Length;
            long count = Libc.CopyRange(
                waiting.File!.Descriptor, (waiting.Flags & 1) == 0 ? null : &from, waiting.Target!.Descriptor, (waiting.Flags & 2) == 0 ? null : &to, (nuint)waiting.Lock.Length, 0);
            return count < 0 ? FileTree.Error : AnswerOffsets(waiting, count, from, to);
        }, patient: false);
    }

    /// <summary>Writes offsets that are not null behind the answer's header. Bits 0 and 1 of the request's flags say which.</summary>
    private static long AnswerOffsets(WaitingRequest waiting, long result, long source, long target)
    {
        for (int bit = 0; bit < 2; bit++)
        {
            if ((waiting.Flags & (1 << bit)) == 0)
                continue;
            if (!waiting.Chain!.TryWrite(ResponseHeader.Bytes + waiting.Answered, bit == 0 ? source : target))
                return -(int)Errno.EFAULT;
            waiting.Answered += sizeof(long);
        }

        return result;
    }
}
