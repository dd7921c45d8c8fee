using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Sideloader.Offload;

// Open files: by number.
internal sealed unsafe partial class OffloadHandler
{
    /// <summary>F_GETFL and F_SETFL. Source: Linux, include/uapi/asm-generic/fcntl.h.</summary>
    private const int GetFlags = 3;
    private const int SetFlags = 4;
    private const int DuplicateFrom = 0;
    private const int DuplicateFromToClose = 1030;
    private const int SetPipeSize = 1031;
    private const int GetPipeSize = 1032;
    private const int MaxPipeSize = 1 << 20;

    private const OpenFlags KnownFlags = OpenFlags.AccessMask | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoTerminal | OpenFlags.Truncate
        | OpenFlags.Append | OpenFlags.NonBlocking | OpenFlags.Asynchronous | OpenFlags.Direct | OpenFlags.LargeFile | OpenFlags.Directory
        | OpenFlags.NoFollow | OpenFlags.NoAccessTime | OpenFlags.CloseOnExec | OpenFlags.Synchronous | OpenFlags.Path | OpenFlags.Temporary;

    private long Open(long directory, long pathLength, OpenFlags flags, uint mode)
    {
        // open passes over what it does not know; openat2, which does the work, refuses it.
        flags &= KnownFlags & ~OpenFlags.Asynchronous;
        if ((flags & OpenFlags.Path) != 0)
            flags &= OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec;
        bool makes = (flags & (OpenFlags.Create | OpenFlags.Temporary)) != 0;
        return Open(directory, pathLength, flags, makes ? mode & FileMode.PermissionMask : 0, 0);
    }

    private long OpenAsAsked()
    {
        if (Argument(2) < sizeof(OpenHow))
            return -(int)(Argument(2) < 0 ? Errno.EFAULT : Errno.EINVAL);

        // The structure lies behind the path. A later one may be longer, with zeros.
        long start = _taken + Math.Max(Argument(1), 0);
        if (!_chain.TryRead(start, out OpenHow how))
            return -(int)Errno.EFAULT;
        for (long offset = sizeof(OpenHow); offset < Argument(2); offset++)
        {
            if (!_chain.TryRead(start + offset, out byte more))
                return -(int)Errno.EFAULT;
            if (more != 0)
                return -(int)Errno.E2BIG;
        }

        // Linux checks the rest: the flags go to openat2 as they are.
        if (how.Flags > uint.MaxValue || ((OpenFlags)how.Flags & OpenFlags.Asynchronous) != 0)
            return -(int)Errno.EINVAL;
        if (how.Mode > FileMode.PermissionMask)
            return -(int)Errno.EINVAL;
        return Open(Argument(0), Argument(1), (OpenFlags)how.Flags, (uint)how.Mode, how.Resolve);
    }

    private long Open(long directory, long pathLength, OpenFlags flags, uint mode, ulong resolve)
    {
        bool makes = (flags & (OpenFlags.Create | OpenFlags.Temporary)) != 0;
        if (_application.IsReadOnly && (flags & OpenFlags.Path) == 0 && ((flags & (OpenFlags.AccessMask | OpenFlags.Truncate)) != 0 || makes))
            return -(int)Errno.EROFS;

        if (TakePath(pathLength, _path) is < 0 and var pathError)
            return pathError;
        OpenFile? start = BorrowDirectory(directory, _path[0] == '/' && (resolve & PathResolver.MeansDirectory) == 0, out long error);
        if (start is null)
            return error;

        mode &= ~_application.CreationMask;
        // Nothing waits on this thread, whatever the application wants.
        bool nonBlocking = (flags & OpenFlags.NonBlocking) != 0;
        int descriptor = _resolver.Open(start, _path, (flags & OpenFlags.Path) != 0 ? flags : flags | OpenFlags.NonBlocking, mode, resolve);
        if (descriptor == -(int)Errno.ENXIO && !nonBlocking && (flags & OpenFlags.AccessMask) == OpenFlags.WriteOnly)
        {
            // A pipe that nobody reads.
            int pipe = _resolver.Open(start, _path, OpenFlags.Path | flags & OpenFlags.NoFollow, 0, resolve);
            start.Release();
            return pipe < 0 ? pipe : IsPipe(pipe) ? OpenPipe(pipe, flags) : Refuse(pipe, descriptor);
        }

        start.Release();
        return descriptor < 0 ? descriptor : AddOpened(descriptor, flags, nonBlocking);
    }

    private long AddOpened(int descriptor, OpenFlags flags, bool nonBlocking)
    {
        Stat status;
        if (Libc.StatAt(descriptor, FileTree.Empty, &status, AtFlags.EmptyPath) < 0)
            return Refuse(descriptor, FileTree.Error);

        uint kind = status.Mode & FileMode.KindMask;
        bool path = (flags & OpenFlags.Path) != 0;
        // It counts as a reader from now on, which is what its writers wait for.
        if (kind == FileMode.Pipe && !path && !nonBlocking && (flags & OpenFlags.AccessMask) == OpenFlags.ReadOnly)
            return OpenPipe(descriptor, flags);

        OpenFile file = _application.Files.Create(descriptor, waits: !path && kind is not (FileMode.Regular or FileMode.Directory or FileMode.BlockDevice), nonBlocking);
        (file.Tree, file.IsPath, file.IsRegular) = (_resolver.Tree, path, !path && kind == FileMode.Regular);
        file.IsDirect = (flags & (OpenFlags.Direct | OpenFlags.DataSynchronous)) != 0;
        return _application.Files.Add(file);
    }

    private static long Refuse(int descriptor, long error)
    {
        _ = Libc.Close(descriptor);
        return error;
    }

    private static bool IsPipe(int descriptor)
    {
        Stat status;
        return Libc.StatAt(descriptor, FileTree.Empty, &status, AtFlags.EmptyPath) >= 0 && (status.Mode & FileMode.KindMask) == FileMode.Pipe;
    }

    private long Duplicate()
    {
        // The table takes over what was borrowed.
        return _application.Files.Borrow(Argument(0)) is { } file ? _application.Files.Add(file) : -(int)Errno.EBADF;
    }

    private long Seek(OpenFile file)
    {
        long offset = Libc.Seek(file.Descriptor, Argument(1), (int)Argument(2));
        return offset < 0 ? FileTree.Error : offset;
    }

    private long Control(OpenFile file)
    {
        switch (Argument(1))
        {
            case GetFlags:
                int flags = Libc.Control(file.Descriptor, GetFlags, 0);
                return flags < 0 ? FileTree.Error : (long)((OpenFlags)flags & ~OpenFlags.NonBlocking | (file.NonBlocking ? OpenFlags.NonBlocking : 0));
            case SetFlags:
                OpenFlags wanted = (OpenFlags)Argument(2) & ~OpenFlags.Asynchronous | OpenFlags.NonBlocking;
                if (!file.Shared && Libc.Control(file.Descriptor, SetFlags, (nint)wanted) < 0)
                    return FileTree.Error;

                file.NonBlocking = ((OpenFlags)Argument(2) & OpenFlags.NonBlocking) != 0;
                file.IsDirect = ((OpenFlags)Argument(2) & OpenFlags.Direct) != 0 || (file.IsDirect && ((OpenFlags)Libc.Control(file.Descriptor, GetFlags, 0) & OpenFlags.DataSynchronous) != 0);
                return 0;
            case DuplicateFrom or DuplicateFromToClose:
                if ((ulong)Argument(2) >= OpenFileTable.MaxFiles)
                    return -(int)Errno.EINVAL;
                file.Hold();
                return _application.Files.Add(file, (int)Argument(2));
            case FindLock or SetLock or WaitForLock or FindOpenFileLock or SetOpenFileLock or WaitForOpenFileLock:
                return LockRecord(file, (int)Argument(1));
            case GetPipeSize:
                return Check(Libc.Control(file.Descriptor, GetPipeSize, 0));
            case SetPipeSize:
                // More than any user may have is the administrator's memory. Source: Linux, pipe(7), pipe-max-size.
                return Argument(2) is < 0 or > MaxPipeSize ? -(int)(Argument(2) < 0 ? Errno.EINVAL : Errno.EPERM) : Check(Libc.Control(file.Descriptor, SetPipeSize, (nint)Argument(2)));
            default:
                return -(int)Errno.EINVAL;
        }
    }

    private long ReadDirectory(OpenFile file)
    {
        long room = Math.Min(_chain.WritableBytes - ResponseHeader.Bytes, MaxRecords);
        nint length = Libc.ReadDirectory(file.Descriptor, _records, (nuint)room);
        return length < 0 ? FileTree.Error : AnswerBytes(new ReadOnlySpan<byte>(_records, (int)length));
    }

    private long TransferAt(bool writes, int flags) =>
        Argument(3) < 0 ? -(int)Errno.EINVAL : Transfer(writes, Argument(3), flags);

    /// <summary>Offset -1 is the file's own.</summary>
    private long TransferWithFlags(bool writes) =>
        Argument(3) < -1 ? -(int)Errno.EINVAL : Transfer(writes, Argument(3), (int)Argument(5));

    // In line, like all on the way to a short transfer: behind a system call each return is predicted wrongly.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Transfer(bool writes, long offset, int flags)
    {
        if (_application.Files.Borrow(Argument(0)) is not { } file)
            return -(int)Errno.EBADF;

        long result = file.IsRegular ? IsForDisk(file, writes, flags) ? TransferByHelper(file, writes, offset, flags)
            : writes ? Write(_chain, file.Descriptor, offset, flags)
            : ReadRegular(file, offset, flags)
            : file.Shared && !IsReady(file.Descriptor, writes) ? -(int)Errno.EAGAIN
            : writes ? Write(_chain, file.Descriptor, offset, flags)
            : Read(_chain, file.Descriptor, offset, flags);
        if (result == -(int)Errno.EAGAIN && file.Waits && !file.NonBlocking && (_header.Flags & RequestFlags.NonBlocking) == 0 && (flags & NoWait) == 0)
            result = Keep(file, writes, flags);
        if (writes)
            file.Tail?.Add(_chain, result);
        file.Release();
        if (!writes && result > 0)
            _answered = result;
        return result;
    }

    /// <summary>Whether a transfer does not wait.</summary>
    private static bool IsReady(int descriptor, bool writes)
    {
        var wait = new PollDescriptor { Descriptor = descriptor, Events = writes ? Libc.PollOut : Libc.PollIn };
        return Libc.Poll(&wait, 1, 0) != 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Read(Rings.DescriptorChain chain, int descriptor, long offset, int flags)
    {
        ReadOnlySpan<IoVector> buffers = chain.SelectWritable(ResponseHeader.Bytes, long.MaxValue);
        fixed (IoVector* first = buffers)
        {
            // One buffer is what most calls have, and costs Linux less than a list.
            nint count = buffers.Length != 1 || flags != 0 ? Libc.ReadVector(descriptor, first, buffers.Length, offset, flags)
                : offset < 0 ? Libc.Read(descriptor, (void*)first->Base, (nuint)first->Length)
                : Libc.ReadAt(descriptor, (void*)first->Base, (nuint)first->Length, offset);
            chain.AddMoved(count);
            return count < 0 ? FileTree.Error : count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Write(Rings.DescriptorChain chain, int descriptor, long offset, int flags)
    {
        ReadOnlySpan<IoVector> buffers = chain.SelectReadable(RequestHeader.Bytes, long.MaxValue);
        fixed (IoVector* first = buffers)
        {
            nint count = buffers.Length != 1 || flags != 0 ? Libc.WriteVector(descriptor, first, buffers.Length, offset, flags)
                : offset < 0 ? Libc.Write(descriptor, (void*)first->Base, (nuint)first->Length)
                : Libc.WriteAt(descriptor, (void*)first->Base, (nuint)first->Length, offset);
            chain.AddMoved(count);
            return count < 0 ? FileTree.Error : count;
        }
    }

    private long CopyRange()
    {
        long sourceOffset = 0;
        long targetOffset = 0;
        if (TakeOffset(Argument(1), ref sourceOffset) is < 0 and var sourceError)
            return sourceError;
        if (TakeOffset(Argument(3), ref targetOffset) is < 0 and var targetError)
            return targetError;
        if (_application.Files.Borrow(Argument(0)) is not { } source)
            return -(int)Errno.EBADF;
        if (_application.Files.Borrow(Argument(2)) is not { } target)
        {
            source.Release();
            return -(int)Errno.EBADF;
        }

        long count = Argument(4) > LongCopy && Argument(5) == 0 ? CopyByHelper(source, target, sourceOffset, targetOffset) : Libc.CopyRange(
            source.Descriptor, Argument(1) < 0 ? null : &sourceOffset, target.Descriptor, Argument(3) < 0 ? null : &targetOffset, (nuint)Argument(4), (uint)Argument(5));
        if (count == -1)
            count = FileTree.Error;
        source.Release();
        target.Release();
        if (count >= 0 && Argument(1) >= 0 && Answer(in sourceOffset) is < 0 and var sourceFault)
            return sourceFault;
        if (count >= 0 && Argument(3) >= 0 && Answer(in targetOffset) is < 0 and var targetFault)
            return targetFault;
        return count;
    }

    /// <summary>Takes an offset of the request, or none for a null address.</summary>
    private long TakeOffset(long length, ref long offset)
    {
        if (length < 0)
            return 0;
        if (length != sizeof(long) || !_chain.TryRead(_taken, out offset))
            return -(int)Errno.EFAULT;

        _taken += sizeof(long);
        return 0;
    }
}
