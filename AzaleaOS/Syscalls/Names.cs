using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;

namespace AzaleaOS.Syscalls;

/// <summary>Names of files: made, taken away, moved.</summary>
internal static unsafe class Names
{
    /// <summary>mkdir(2).</summary>
    [Syscall(83)]
    internal static long MakeDirectory(ulong path, uint mode) => MakeDirectoryAt(AtFlags.WorkingDirectory, path, mode);

    /// <summary>mkdirat(2).</summary>
    [Syscall(258)]
    internal static long MakeDirectoryAt(int directory, ulong path, uint mode)
        => Make(directory, path, FileMode.Directory | (mode & (FileMode.Sticky | FileMode.Permissions)), 0);

    /// <summary>mknod(2).</summary>
    [Syscall(133)]
    internal static long MakeNode(ulong path, uint mode, uint device) => MakeNodeAt(AtFlags.WorkingDirectory, path, mode, device);

    /// <summary>mknodat(2).</summary>
    [Syscall(259)]
    internal static long MakeNodeAt(int directory, ulong path, uint mode, uint device)
    {
        uint kind = mode & FileMode.KindMask;
        if (kind == 0)
        {
            kind = FileMode.Regular;
        }

        if (kind == FileMode.Directory)
        {
            return -Errno.EPERM;
        }

        return kind is not (FileMode.Regular or FileMode.CharacterDevice or FileMode.BlockDevice or FileMode.Pipe or FileMode.Socket)
            ? -Errno.EINVAL
            : Make(directory, path, kind | (mode & FileMode.PermissionMask), kind is FileMode.CharacterDevice or FileMode.BlockDevice ? device : 0);
    }

    /// <summary>symlink(2).</summary>
    [Syscall(88)]
    internal static long MakeSymbolicLink(ulong target, ulong path) => MakeSymbolicLinkAt(target, AtFlags.WorkingDirectory, path);

    /// <summary>symlinkat(2).</summary>
    [Syscall(266)]
    internal static long MakeSymbolicLinkAt(ulong target, int directory, ulong path)
    {
        byte* text = PathBuffers.Take();
        if (text == null)
        {
            return -Errno.ENOMEM;
        }

        long result = Memory.UserMemory.CopyPath(target, text);
        if (result >= 0)
        {
            result = result == 0 ? -Errno.ENOENT : MakeSymbolicLink(new ReadOnlySpan<byte>(text, (int)result), directory, path);
        }

        PathBuffers.Give(text);
        return result;
    }

    /// <summary>link(2).</summary>
    [Syscall(86)]
    internal static long Link(ulong from, ulong to) => LinkAt(AtFlags.WorkingDirectory, from, AtFlags.WorkingDirectory, to, 0);

    /// <summary>linkat(2).</summary>
    [Syscall(265)]
    internal static long LinkAt(int fromDirectory, ulong from, int toDirectory, ulong to, int flags)
    {
        if ((flags & ~(AtFlags.Follow | AtFlags.EmptyPath)) != 0)
        {
            return -Errno.EINVAL;
        }

        long result = PathArguments.Find(fromDirectory, from, (flags & AtFlags.Follow) != 0, (flags & AtFlags.EmptyPath) != 0, out FileNode* node);
        if (result < 0)
        {
            return result;
        }

        PathArgument argument = default;
        result = argument.Read(toDirectory, to);
        if (result >= 0)
        {
            PathWalk walk = default;
            FileTree.Lock.Enter();
            result = argument.Begin(ref walk);
            result = result < 0 ? result : walk.ToLast();
            result = result < 0 ? result : TreeChanges.Link(node, walk);
            walk.End();
            FileTree.Lock.Exit();
            argument.Release();
        }

        FileNode.Drop(node);
        return result;
    }

    /// <summary>unlink(2).</summary>
    [Syscall(87)]
    internal static long Unlink(ulong path) => Remove(AtFlags.WorkingDirectory, path, isDirectory: false);

    /// <summary>rmdir(2).</summary>
    [Syscall(84)]
    internal static long RemoveDirectory(ulong path) => Remove(AtFlags.WorkingDirectory, path, isDirectory: true);

    /// <summary>unlinkat(2).</summary>
    [Syscall(263)]
    internal static long UnlinkAt(int directory, ulong path, int flags)
        => (flags & ~AtFlags.RemoveDirectory) != 0 ? -Errno.EINVAL : Remove(directory, path, flags != 0);

    /// <summary>rename(2).</summary>
    [Syscall(82)]
    internal static long Rename(ulong from, ulong to) => RenameAt(AtFlags.WorkingDirectory, from, AtFlags.WorkingDirectory, to, 0);

    /// <summary>renameat(2).</summary>
    [Syscall(264)]
    internal static long RenameAt(int fromDirectory, ulong from, int toDirectory, ulong to) => RenameAt(fromDirectory, from, toDirectory, to, 0);

    /// <summary>renameat2(2).</summary>
    [Syscall(316)]
    internal static long RenameAt(int fromDirectory, ulong from, int toDirectory, ulong to, uint flags)
    {
        const uint Known = TreeChanges.NoReplace | TreeChanges.Exchange | TreeChanges.Whiteout;
        if ((flags & ~Known) != 0 || ((flags & TreeChanges.Exchange) != 0 && flags != TreeChanges.Exchange))
        {
            return -Errno.EINVAL;
        }

        PathArgument old = default;
        PathArgument wanted = default;
        long result = old.Read(fromDirectory, from);
        if (result < 0)
        {
            return result;
        }

        // As in Linux, what is wrong with the second path counts only when the first one leads somewhere.
        long second = wanted.Read(toDirectory, to);

        FileNode* whiteout = null;
        if ((flags & TreeChanges.Whiteout) != 0)
        {
            whiteout = FileTree.NewNode(FileMode.CharacterDevice);
            result = whiteout == null ? -Errno.ENOSPC : 0;
        }

        FileNode* loser = null;
        if (result >= 0)
        {
            PathWalk oldWalk = default;
            PathWalk newWalk = default;
            FileTree.Lock.Enter();
            result = old.Begin(ref oldWalk);
            result = result < 0 ? result : oldWalk.ToLast();
            if (result >= 0)
            {
                result = second < 0 ? second : wanted.Begin(ref newWalk);
                result = result < 0 ? result : newWalk.ToLast();
                result = result < 0 ? result : TreeChanges.Rename(oldWalk, newWalk, flags, whiteout, out loser);
                newWalk.End();
            }

            oldWalk.End();
            FileTree.Lock.Exit();
        }

        FileNode.Drop(loser);
        FileNode.Drop(whiteout);
        old.Release();
        if (second >= 0)
        {
            wanted.Release();
        }

        return result;
    }

    /// <summary>Makes a file that has no contents.</summary>
    /// <param name="directory">A descriptor or AT_FDCWD.</param>
    /// <param name="path">Address of the path.</param>
    /// <param name="mode">Kind and permissions, before the umask.</param>
    /// <param name="device">For a device file.</param>
    internal static long Make(int directory, ulong path, uint mode, ulong device)
    {
        FileNode* node = FileTree.NewNode(mode & ~Process.FileModeMask);
        if (node == null)
        {
            return -Errno.ENOSPC;
        }

        node->SpecialDevice = device;
        if (node->Kind is FileMode.CharacterDevice or FileMode.BlockDevice)
        {
            node->Operations = Devices.Find(node->Kind, device);
        }

        long result = Make(directory, path, node);
        FileNode.Drop(node);
        return result;
    }

    /// <summary>Gives a new file the name that a path in the kernel's memory ends with: bind of a socket.</summary>
    /// <param name="path">The path.</param>
    /// <param name="node">The file; the caller keeps its reference.</param>
    internal static long Make(ReadOnlySpan<byte> path, FileNode* node)
    {
        fixed (byte* first = path)
        {
            PathWalk walk = default;
            FileTree.Lock.Enter();
            long result = walk.Begin(Process.Root, Process.WorkingDirectory, first, path.Length);
            result = Make(result, ref walk, node);
            FileTree.Lock.Exit();
            return result;
        }
    }

    /// <summary>Gives a new file its name.</summary>
    /// <param name="directory">A descriptor or AT_FDCWD.</param>
    /// <param name="path">Address of the path.</param>
    /// <param name="node">The file; the caller keeps its reference.</param>
    internal static long Make(int directory, ulong path, FileNode* node)
    {
        PathArgument argument = default;
        long result = argument.Read(directory, path);
        if (result < 0)
        {
            return result;
        }

        PathWalk walk = default;
        FileTree.Lock.Enter();
        result = Make(argument.Begin(ref walk), ref walk, node);
        FileTree.Lock.Exit();
        argument.Release();
        return result;
    }

    private static long Make(long begun, ref PathWalk walk, FileNode* node)
    {
        long result = begun < 0 ? begun : walk.ToLast();
        result = result < 0 ? result : TreeChanges.CanMake(walk, node->IsDirectory);
        result = result < 0 ? result : TreeChanges.Make(walk, node);
        walk.End();
        return result;
    }

    private static long MakeSymbolicLink(ReadOnlySpan<byte> target, int directory, ulong path)
    {
        FileNode* node = FileTree.NewNode(FileMode.SymbolicLink | FileMode.Permissions);
        byte* text = node == null ? null : TextStore.Copy(target);
        long result = -Errno.ENOSPC;
        if (text != null)
        {
            node->Data = text;
            node->Size = node->DataSize = (ulong)target.Length;
            result = Make(directory, path, node);
        }

        FileNode.Drop(node);
        return result;
    }

    private static long Remove(int directory, ulong path, bool isDirectory)
    {
        PathArgument argument = default;
        long result = argument.Read(directory, path);
        if (result < 0)
        {
            return result;
        }

        FileNode* loser = null;
        PathWalk walk = default;
        FileTree.Lock.Enter();
        result = argument.Begin(ref walk);
        result = result < 0 ? result : walk.ToLast();
        result = result < 0 ? result
            : isDirectory ? TreeChanges.RemoveDirectory(walk, out loser)
            : TreeChanges.Unlink(walk, out loser);
        walk.End();
        FileTree.Lock.Exit();
        FileNode.Drop(loser);
        argument.Release();
        return result;
    }
}
