using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.FileSystem;
using AzaleaOS.Sideloader.Native;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Sideloader.Offload;

// Files by their paths.
internal sealed unsafe partial class OffloadHandler
{
    private const long AccessCall = 439;
    private const long ExtendedStatusCall = 332;

    /// <summary>STATX__RESERVED. Source: Linux, include/uapi/linux/stat.h.</summary>
    private const long ReservedStatus = 0x8000_0000;

    /// <summary>UTIME_OMIT.</summary>
    private const long Omit = (1L << 30) - 2;
    private const int ExecuteAccess = 1;
    private const int WriteAccess = 2;

    /// <summary>Arguments for what is done with a path: a delegate that captured them would be an object for each call.</summary>
    private long _second;
    private long _third;
    private int _tree;
    private bool _hasTimes;
    private Timespec _accessed;
    private Timespec _modified;

    /// <summary>Takes a path of the request, and puts a zero at its end.</summary>
    private int TakePath(long length, byte* target)
    {
        if (length < 0)
            return -(int)Errno.EFAULT;
        if (length > ChannelProtocol.MaxPath)
            return -(int)Errno.ENAMETOOLONG;

        var path = new Span<byte>(target, (int)length);
        // A text that ends early for Linux would be another path than the one that the application gave.
        if (_chain.Read(_taken, path) != length || path.Contains((byte)0))
            return -(int)Errno.EINVAL;

        target[length] = 0;
        _taken += length;
        return (int)length;
    }

    /// <summary>Where a relative path starts. The caller releases it.</summary>
    /// <param name="number">The application's number, or AT_FDCWD.</param>
    /// <param name="absolute">Whether it does not matter.</param>
    /// <param name="error">What to return if there is none.</param>
    private OpenFile? BorrowDirectory(long number, bool absolute, out long error)
    {
        error = _application.HasTree ? -(int)Errno.EBADF : -(int)Errno.ENOENT;
        if (!_application.HasTree)
            return null;

        _resolver.HasPlaces = _application.HasPlaces;
        _resolver.Explains = (_header.Flags & RequestFlags.Explain) != 0;
        return absolute || (int)number == AtFlags.WorkingDirectory ? _application.BorrowWorkingDirectory() : _application.Files.Borrow((int)number);
    }

    /// <summary>What a call that was not to be made says.</summary>
    private long Explain(long result) => result == -(int)Errno.EREMOTE ? AnswerBytes(_resolver.Place) : result == -(int)Errno.ECANCELED ? 0 : result;

    /// <summary>Opens a path as O_PATH and does something with it.</summary>
    private long WithPath(long directory, long pathLength, OpenFlags flags, Func<OffloadHandler, int, long> use, bool emptyIsDirectory = false)
    {
        if (TakePath(pathLength, _path) is < 0 and var pathError)
            return pathError;
        if (pathLength == 0 && !emptyIsDirectory)
            return -(int)Errno.ENOENT;
        OpenFile? start = BorrowDirectory(directory, _path[0] == '/', out long error);
        if (start is null)
            return error;

        if (pathLength == 0)
        {
            _tree = start.Tree;
            long direct = IsRefused(start.Tree) ? -(int)Errno.EROFS : use(this, start.Descriptor);
            start.Release();
            return direct;
        }

        int found = _resolver.Open(start, _path, flags | OpenFlags.Path, 0);
        start.Release();
        if (found < 0)
            return found;

        _tree = _resolver.Tree;
        long result = IsRefused(_tree) ? -(int)Errno.EROFS : use(this, found);
        _ = Libc.Close(found);
        return result;
    }

    /// <summary>For the calls that start with directory and path and have AT_ flags.</summary>
    private long WithPathAt(long flags, Func<OffloadHandler, int, long> use) =>
        (flags & ~(AtFlags.NoFollow | AtFlags.NoAutomount | AtFlags.EmptyPath | AtFlags.SyncMask)) != 0
            ? -(int)Errno.EINVAL
            : WithPath(Argument(0), Argument(1), (flags & AtFlags.NoFollow) != 0 ? OpenFlags.NoFollow : 0, use, (flags & AtFlags.EmptyPath) != 0);

    /// <summary>Opens the directory that a path's last name is in.</summary>
    /// <param name="directory">Where a relative path starts.</param>
    /// <param name="pathLength">Of the path in the request.</param>
    /// <param name="buffer">For the path.</param>
    /// <param name="rootError">What the call says to "/".</param>
    /// <param name="name">The last name, with the slashes behind it.</param>
    /// <returns>An O_PATH descriptor, or a negated error number.</returns>
    private int OpenParent(long directory, long pathLength, byte* buffer, Errno rootError, out byte* name)
    {
        name = null;
        int length = TakePath(pathLength, buffer);
        if (length < 0)
            return length;
        if (length == 0)
            return -(int)Errno.ENOENT;

        var path = new ReadOnlySpan<byte>(buffer, length);
        int end = path.LastIndexOfAnyExcept((byte)'/') + 1;
        if (end == 0)
            return -(int)rootError;

        int start = path[..end].LastIndexOf((byte)'/') + 1;
        name = buffer + start;
        OpenFile? from = BorrowDirectory(directory, buffer[0] == '/', out long error);
        if (from is null)
            return (int)error;

        int parent;
        if (start == 0)
        {
            parent = _resolver.Open(from, PathResolver.Here, OpenFlags.Path | OpenFlags.Directory, 0);
        }
        else
        {
            byte saved = buffer[start];
            buffer[start] = 0;
            parent = _resolver.Open(from, buffer, OpenFlags.Path | OpenFlags.Directory, 0);
            buffer[start] = saved;
        }

        from.Release();
        if (parent == -(int)Errno.EREMOTE)
            _resolver.AddToPlace(path[start..]);
        else if (_resolver.IsPlace(parent, path[start..]))
            return parent >= 0 ? (int)Refuse(parent, -(int)Errno.EREMOTE) : -(int)Errno.EREMOTE;
        return parent >= 0 && IsRefused(_resolver.Tree) ? (int)Refuse(parent, -(int)Errno.EROFS) : parent;
    }

    private long MakeDirectory(long directory, long pathLength, uint mode)
    {
        int parent = OpenParent(directory, pathLength, _path, Errno.EEXIST, out byte* name);
        return parent < 0 ? parent : Finish(parent, Libc.MakeDirectoryAt(parent, name, mode & 0x3FF & ~_application.CreationMask));
    }

    private long MakeNode(long directory, long pathLength, uint mode)
    {
        int parent = OpenParent(directory, pathLength, _path, Errno.EEXIST, out byte* name);
        if (parent < 0)
            return parent;
        // A device node on the host is a way out of the tree.
        if ((mode & FileMode.KindMask) is FileMode.CharacterDevice or FileMode.BlockDevice)
        {
            _ = Libc.Close(parent);
            return -(int)Errno.EPERM;
        }

        return Finish(parent, Libc.MakeNodeAt(parent, name, mode & ~_application.CreationMask, 0));
    }

    private long Remove(long directory, long pathLength, long flags)
    {
        if ((flags & ~AtFlags.RemoveDirectory) != 0)
            return -(int)Errno.EINVAL;

        int parent = OpenParent(directory, pathLength, _path, flags != 0 ? Errno.EBUSY : Errno.EISDIR, out byte* name);
        if (parent >= 0 && _resolver.IsPinned(name))
            return Refuse(parent, -(int)Errno.EBUSY);
        return parent < 0 ? parent : Finish(parent, Libc.UnlinkAt(parent, name, (int)flags));
    }

    private long Rename(long oldDirectory, long oldLength, long newDirectory, long newLength, uint flags)
    {
        // RENAME_WHITEOUT makes a device node. Source: Linux, include/uapi/linux/fs.h.
        const uint NoReplace = 1;
        const uint Exchange = 2;
        if ((flags & ~(NoReplace | Exchange)) != 0 || flags == (NoReplace | Exchange))
            return -(int)Errno.EINVAL;

        int from = OpenParent(oldDirectory, oldLength, _path, Errno.EBUSY, out byte* oldName);
        if (from < 0)
            return from;
        int tree = _resolver.Tree;
        bool isPinned = _resolver.IsPinned(oldName);
        int to = OpenParent(newDirectory, newLength, _path + PathResolver.MaxPath, Errno.EBUSY, out byte* newName);
        if (to < 0)
        {
            _ = Libc.Close(from);
            return to;
        }

        long result = isPinned || _resolver.IsPinned(newName) ? -(int)Errno.EBUSY
            : tree != _resolver.Tree ? -(int)Errno.EXDEV
            : Check(Libc.RenameAt(from, oldName, to, newName, flags));
        _ = Libc.Close(from);
        _ = Libc.Close(to);
        return result;
    }

    private long MakeLink(long oldDirectory, long oldLength, long newDirectory, long newLength, long flags)
    {
        if ((flags & ~(AtFlags.Follow | AtFlags.EmptyPath)) != 0)
            return -(int)Errno.EINVAL;

        (_second, _third) = (newDirectory, newLength);
        return WithPath(oldDirectory, oldLength, (flags & AtFlags.Follow) != 0 ? 0 : OpenFlags.NoFollow, (handler, found) => handler.MakeLink(found), (flags & AtFlags.EmptyPath) != 0);
    }

    private long MakeLink(int found)
    {
        int parent = OpenParent(_second, _third, _path + PathResolver.MaxPath, Errno.EEXIST, out byte* name);
        if (parent < 0)
            return parent;
        if (_resolver.Tree != _tree)
            return Refuse(parent, -(int)Errno.EXDEV);

        byte* old = stackalloc byte[FileTree.MaxPath];
        FileTree.FormatPath(found, new Span<byte>(old, FileTree.MaxPath));
        return Finish(parent, Libc.LinkAt(AtFlags.WorkingDirectory, old, parent, name, AtFlags.Follow));
    }

    private long MakeSymbolicLink(long targetLength, long directory, long pathLength)
    {
        if (TakePath(targetLength, _path) is < 0 and var error)
            return error;
        if (targetLength == 0)
            return -(int)Errno.ENOENT;

        int parent = OpenParent(directory, pathLength, _path + PathResolver.MaxPath, Errno.EEXIST, out byte* name);
        return parent < 0 ? parent : Finish(parent, Libc.SymbolicLinkAt(_path, parent, name));
    }

    private long CheckAccess(long directory, long pathLength, long mode, long flags)
    {
        if ((flags & ~(AtFlags.EffectiveAccess | AtFlags.NoFollow | AtFlags.EmptyPath)) != 0 || (mode & ~7) != 0)
            return -(int)Errno.EINVAL;

        (_second, _third) = (mode, flags & AtFlags.EffectiveAccess | AtFlags.EmptyPath);
        return WithPath(directory, pathLength, (flags & AtFlags.NoFollow) != 0 ? OpenFlags.NoFollow : 0, (handler, found) => handler.CheckAccess(found), (flags & AtFlags.EmptyPath) != 0);
    }

    private long CheckAccess(int found) => (_application.IsReadOnly || _application.Mounts.IsReadOnly(_tree)) && (_second & WriteAccess) != 0
        ? -(int)Errno.EROFS
        : Libc.SystemCall(AccessCall, found, FileTree.Empty, (void*)_second, _third, null) < 0 ? FileTree.Error : 0;

    private long SetTimes()
    {
        _hasTimes = Argument(2) >= 0;
        long path = Argument(1);
        // The times lie behind the path.
        if (_hasTimes && (Argument(2) != 2 * sizeof(Timespec)
            || !_chain.TryRead(_taken + Math.Max(path, 0), out _accessed) || !_chain.TryRead(_taken + Math.Max(path, 0) + sizeof(Timespec), out _modified)))
        {
            return -(int)Errno.EFAULT;
        }

        // Without anything to set Linux does not look at the path (fs/utimes.c).
        if (_hasTimes && _accessed.Nanoseconds == Omit && _modified.Nanoseconds == Omit)
            return 0;

        // A null path is futimens.
        return path < 0
            ? WithFile((handler, file) => handler.SetTimes(file.Descriptor))
            : WithPathAt(Argument(3), (handler, found) => handler.SetTimes(found));
    }

    private long SetTimes(int found)
    {
        Timespec* times = stackalloc Timespec[2];
        (times[0], times[1]) = (_accessed, _modified);
        return Check(Libc.SetTimesAt(found, FileTree.Empty, _hasTimes ? times : null, AtFlags.EmptyPath));
    }

    private long SetSize(int found)
    {
        Stat status;
        if (Libc.StatAt(found, FileTree.Empty, &status, AtFlags.EmptyPath) < 0)
            return FileTree.Error;
        if ((status.Mode & FileMode.KindMask) != FileMode.Regular)
            return -(int)((status.Mode & FileMode.KindMask) == FileMode.Directory ? Errno.EISDIR : Errno.EINVAL);

        byte* path = stackalloc byte[FileTree.MaxPath];
        FileTree.FormatPath(found, new Span<byte>(path, FileTree.MaxPath));
        return Check(Libc.Truncate(path, Argument(1)));
    }

    private static long ChangeMode(int found, uint mode)
    {
        byte* path = stackalloc byte[FileTree.MaxPath];
        FileTree.FormatPath(found, new Span<byte>(path, FileTree.MaxPath));
        return Check(Libc.ChangeMode(path, mode));
    }

    private static long ChangeOwner(int found, long user, long group) =>
        Check(Libc.ChangeOwnerAt(found, FileTree.Empty, (uint)user, (uint)group, AtFlags.EmptyPath));

    private long ReadLink(int found)
    {
        Stat status;
        if (Libc.StatAt(found, FileTree.Empty, &status, AtFlags.EmptyPath) < 0)
            return FileTree.Error;
        // Linux says ENOENT to the empty path of what is no link.
        if ((status.Mode & FileMode.KindMask) != FileMode.SymbolicLink)
            return -(int)Errno.EINVAL;

        nint length = Libc.ReadLinkAt(found, FileTree.Empty, _records, PathResolver.MaxPath);
        return length < 0 ? FileTree.Error : AnswerBytes(new ReadOnlySpan<byte>(_records, (int)length));
    }

    private long ChangeDirectory(int found, int tree)
    {
        if (!_application.HasTree)
            return -(int)Errno.ENOENT;

        int opened = Libc.Duplicate(found);
        if (opened < 0)
            return FileTree.Error;

        Stat status;
        long error = Libc.StatAt(opened, FileTree.Empty, &status, AtFlags.EmptyPath) < 0 ? FileTree.Error
            : (status.Mode & FileMode.KindMask) != FileMode.Directory ? -(int)Errno.ENOTDIR
            : Libc.SystemCall(AccessCall, opened, FileTree.Empty, (void*)ExecuteAccess, AtFlags.EffectiveAccess | AtFlags.EmptyPath, null) < 0 ? FileTree.Error
            : 0;
        if (error < 0)
        {
            _ = Libc.Close(opened);
            return error;
        }

        OpenFile directory = _application.Files.Create(opened, waits: false, nonBlocking: false);
        directory.Tree = tree;
        _application.SetWorkingDirectory(directory);
        return 0;
    }

    private long GetWorkingDirectory()
    {
        OpenFile? directory = _application.BorrowWorkingDirectory();
        if (directory is null)
            return -(int)Errno.ENOENT;

        int length = _resolver.GetPath(directory, new Span<byte>(_records, PathResolver.MaxPath));
        directory.Release();
        if (length < 0)
            return length;

        return length > _chain.WritableBytes - ResponseHeader.Bytes ? -(int)Errno.ERANGE : AnswerBytes(new ReadOnlySpan<byte>(_records, length));
    }

    private long AnswerStatus(int descriptor)
    {
        Stat status;
        return Libc.StatAt(descriptor, FileTree.Empty, &status, AtFlags.EmptyPath) < 0 ? FileTree.Error : Answer(in status);
    }

    // What is wrong with the numbers Linux finds before it looks at the path (fs/stat.c, do_statx).
    private long ExtendedStatus()
        => (Argument(3) & ReservedStatus) != 0 || (Argument(2) & AtFlags.SyncMask) == AtFlags.SyncMask
            ? -(int)Errno.EINVAL
            : WithPathAt(Argument(2), (handler, found) => handler.AnswerExtendedStatus(found));

    private long AnswerExtendedStatus(int descriptor)
    {
        Statx status;
        long flags = Argument(2) & AtFlags.SyncMask | AtFlags.EmptyPath;
        return Libc.SystemCall(ExtendedStatusCall, descriptor, FileTree.Empty, (void*)flags, (uint)Argument(3), &status) < 0 ? FileTree.Error : Answer(in status);
    }

    private long AnswerFileSystem(int descriptor)
    {
        FileSystemStatus status;
        return Libc.StatFileSystem(descriptor, &status) < 0 ? FileTree.Error : Answer(in status);
    }

    /// <summary>The result of a call in a directory, which is closed.</summary>
    private static long Finish(int parent, int result)
    {
        result = Check(result);
        _ = Libc.Close(parent);
        return result;
    }
}
