using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>From a path to a descriptor.</summary>
/// <remarks>Source of conditions and their order: Linux, fs/open.c, build_open_flags; fs/namei.c, path_openat.</remarks>
internal static unsafe partial class Opening
{
    private const OpenFlags NotKept = OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoTerminal | OpenFlags.Truncate | OpenFlags.CloseOnExec;
    private const OpenFlags WithPath = OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec;

    private const OpenFlags Known = OpenFlags.AccessMask | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoTerminal | OpenFlags.Truncate
        | OpenFlags.Append | OpenFlags.NonBlocking | OpenFlags.Synchronous | OpenFlags.Asynchronous | OpenFlags.Direct | OpenFlags.LargeFile
        | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.NoAccessTime | OpenFlags.CloseOnExec | OpenFlags.Path | OpenFlags.Temporary;

    /// <summary>open(2).</summary>
    [Syscall(2)]
    internal static long Open(ulong path, OpenFlags flags, uint mode) => OpenAt(AtFlags.WorkingDirectory, path, flags, mode);

    /// <summary>creat(2).</summary>
    [Syscall(85)]
    internal static long Create(ulong path, uint mode)
        => OpenAt(AtFlags.WorkingDirectory, path, OpenFlags.Create | OpenFlags.WriteOnly | OpenFlags.Truncate, mode);

    /// <summary>openat(2): flags that mean nothing are no error.</summary>
    [Syscall(257)]
    internal static long OpenAt(int directory, ulong path, OpenFlags flags, uint mode)
    {
        flags &= Known;
        if ((flags & OpenFlags.Path) != 0)
        {
            flags &= WithPath;
        }

        return OpenAt(directory, path, flags, mode & FileMode.PermissionMask, ResolveFlags.None);
    }

    /// <summary>openat2(2): flags that mean nothing are errors.</summary>
    [Syscall(437)]
    internal static long OpenAt(int directory, ulong path, ulong how, ulong size)
    {
        if (size < (ulong)sizeof(OpenHow))
        {
            return -Errno.EINVAL;
        }

        if (size > KernelPages.Size)
        {
            return -Errno.E2BIG;
        }

        for (ulong extra = (ulong)sizeof(OpenHow); extra < size; extra++)
        {
            if (!UserMemory.TryRead(how + extra, out byte zero))
            {
                return -Errno.EFAULT;
            }

            if (zero != 0)
            {
                return -Errno.E2BIG;
            }
        }

        if (!UserMemory.TryRead(how, out OpenHow wanted))
        {
            return -Errno.EFAULT;
        }

        OpenFlags flags = (OpenFlags)wanted.Flags;
        ResolveFlags resolve = (ResolveFlags)wanted.Resolve;
        const ResolveFlags Scopes = ResolveFlags.Beneath | ResolveFlags.InRoot;
        bool makes = (flags & (OpenFlags.Create | OpenFlags.Temporary)) != 0;
        if ((wanted.Flags & ~(ulong)(uint)Known) != 0 || (resolve & ~ResolveFlags.All) != 0 || (resolve & Scopes) == Scopes
            || (makes ? (wanted.Mode & ~(ulong)FileMode.PermissionMask) != 0 : wanted.Mode != 0)
            || ((flags & OpenFlags.Path) != 0 && (flags & ~WithPath) != 0))
        {
            return -Errno.EINVAL;
        }

        return (resolve & ResolveFlags.Cached) != 0 && (flags & (OpenFlags.Truncate | OpenFlags.Create | OpenFlags.Temporary)) != 0
            ? -Errno.EAGAIN
            : OpenAt(directory, path, flags, (uint)wanted.Mode, resolve);
    }

    /// <summary>memfd_create(2).</summary>
    [Syscall(319)]
    internal static long CreateMemoryFile(ulong name, uint flags)
    {
        const uint CloseOnExec = 1, AllowSealing = 2, HugePages = 4, NoExecuteSeal = 8, Execute = 0x10;
        const int LongestName = 249;
        if ((flags & ~(CloseOnExec | AllowSealing | HugePages | NoExecuteSeal | Execute)) != 0 || (flags & (NoExecuteSeal | Execute)) == (NoExecuteSeal | Execute))
        {
            return -Errno.EINVAL;
        }

        byte* text = stackalloc byte[LongestName + 1];
        long length = UserMemory.CopyText(name, text, LongestName + 1);
        if (length < 0 || length > LongestName)
        {
            return length < 0 ? -Errno.EFAULT : -Errno.EINVAL;
        }

        if ((flags & HugePages) != 0)
        {
            // As on a Linux whose pool of huge pages is empty.
            return -Errno.ENOMEM;
        }

        FileNode* node = FileTree.NewNode(FileMode.Regular | ((flags & NoExecuteSeal) != 0 ? 0x1b6u : FileMode.Permissions));
        if (node == null)
        {
            return -Errno.ENOMEM;
        }

        node->FileSystem = FileSystemKind.Memory;
        node->Seals = (flags & NoExecuteSeal) != 0 ? FileSeals.Execute : (flags & AllowSealing) != 0 ? 0 : FileSeals.Seal;
        long descriptor = DescriptorTable.Reserve((flags & CloseOnExec) != 0);
        if (descriptor >= 0)
        {
            descriptor = Install((int)descriptor, node, OpenFlags.ReadWrite | OpenFlags.LargeFile);
        }

        FileNode.Drop(node);
        return descriptor;
    }

    /// <summary>Gives a file a descriptor.</summary>
    /// <returns>The descriptor, or -EMFILE, -ENOMEM, or what the file's kind answers.</returns>
    internal static long Open(FileNode* node, OpenFlags flags)
    {
        long descriptor = DescriptorTable.Reserve((flags & OpenFlags.CloseOnExec) != 0);
        return descriptor < 0 ? descriptor : Install((int)descriptor, node, flags);
    }

    [SkipLocalsInit]
    private static long OpenAt(int directory, ulong path, OpenFlags flags, uint mode, ResolveFlags resolve)
    {
        bool isTemporary = (flags & OpenFlags.Temporary) != 0;
        bool writes = (flags & OpenFlags.AccessMask) != OpenFlags.ReadOnly || (flags & OpenFlags.Truncate) != 0;
        if (isTemporary ? (flags & (OpenFlags.Directory | OpenFlags.Create)) != OpenFlags.Directory || !writes
            : (flags & (OpenFlags.Directory | OpenFlags.Create)) == (OpenFlags.Directory | OpenFlags.Create))
        {
            return -Errno.EINVAL;
        }

        PathArgument argument = default;
        long result = argument.Read(directory, path);
        if (result < 0)
        {
            return result;
        }

        long descriptor = DescriptorTable.Reserve((flags & OpenFlags.CloseOnExec) != 0);
        result = descriptor;
        FileNode* node = null;
        FileNode* made = null;
        if (result >= 0 && (flags & (OpenFlags.Create | OpenFlags.Temporary)) != 0)
        {
            made = FileTree.NewNode(FileMode.Regular | (mode & ~Process.FileModeMask));
            result = made == null ? -Errno.ENOSPC : 0;
        }

        bool isNew = false;
        if (result >= 0)
        {
            PathWalk.Create(out PathWalk walk);
            FileTree.Lock.Enter();
            result = argument.Begin(ref walk, resolve);
            result = result < 0 ? result
                : isTemporary ? FindTemporary(ref walk, flags, made, out node)
                : Find(ref walk, flags, made, out node);
            isNew = node == made;
            result = result < 0 || isNew ? result : Check(node, flags, walk.HasSlash, writes);
            if (result >= 0)
            {
                FileNode.Hold(node);
            }

            walk.End();
            FileTree.Lock.Exit();
            FileTree.DropDeferred();
        }

        argument.Release();
        if (result >= 0 && !isNew && (flags & OpenFlags.Truncate) != 0 && node->Operations == FileOperations.Regular && (flags & OpenFlags.Path) == 0)
        {
            result = RegularFile.Resize(node, 0);
        }
        else if (result < 0)
        {
            node = null;
        }

        if (result >= 0)
        {
            result = Install((int)descriptor, node, flags);
        }
        else if (descriptor >= 0)
        {
            DescriptorTable.Unreserve((int)descriptor);
        }

        FileNode.Drop(made);
        FileNode.Drop(node);
        return result;
    }

    // The file that is opened, with O_CREAT perhaps a new one.
    private static long Find(ref PathWalk walk, OpenFlags flags, FileNode* made, out FileNode* node)
    {
        bool creates = (flags & OpenFlags.Create) != 0;
        bool exclusive = creates && (flags & OpenFlags.Exclusive) != 0;
        bool follow = (flags & OpenFlags.NoFollow) == 0 && !exclusive;
        long result = walk.Resolve(follow, out node);
        if (!creates || (result < 0 && (result != -Errno.ENOENT || walk.Directory == null)))
        {
            if (creates && result == -Errno.ENOTDIR && node != null)
            {
                return -Errno.EISDIR;
            }

            return result;
        }

        if (walk.HasSlash)
        {
            return -Errno.EISDIR;
        }

        if (result == 0)
        {
            return exclusive ? -Errno.EEXIST : 0;
        }

        if (walk.Directory->FileSystem is FileSystemKind.Processes or FileSystemKind.System)
        {
            return walk.Directory->FileSystem == FileSystemKind.System ? -Errno.EACCES : -Errno.ENOENT;
        }

        if (walk.Directory->Links == 0)
        {
            return -Errno.ENOENT;
        }

        node = made;
        return TreeChanges.Make(walk, made);
    }

    private static long FindTemporary(ref PathWalk walk, OpenFlags flags, FileNode* made, out FileNode* node)
    {
        long result = walk.Resolve((flags & OpenFlags.NoFollow) == 0, out node);
        if (result < 0)
        {
            return result;
        }

        if (!node->IsDirectory)
        {
            return -Errno.ENOTDIR;
        }

        if (node->FileSystem is not (FileSystemKind.Tree or FileSystemKind.Devices))
        {
            return -Errno.EOPNOTSUPP;
        }

        made->FileSystem = node->FileSystem;
        made->Group = (node->Mode & FileMode.SetGroup) != 0 ? node->Group : 0;
        made->CanBeLinked = (flags & OpenFlags.Exclusive) == 0;
        node = made;
        return 0;
    }

    private static long Check(FileNode* node, OpenFlags flags, bool hasSlash, bool writes)
    {
        if ((flags & OpenFlags.Create) != 0 && node->IsDirectory)
        {
            return -Errno.EISDIR;
        }

        if (((flags & OpenFlags.Directory) != 0 || hasSlash) && !node->IsDirectory)
        {
            return -Errno.ENOTDIR;
        }

        if ((flags & OpenFlags.Path) != 0)
        {
            return 0;
        }

        if (node->IsSymbolicLink)
        {
            return -Errno.ELOOP;
        }

        if (node->IsDirectory && writes)
        {
            return -Errno.EISDIR;
        }

        return node->Operations == null ? -Errno.ENXIO
            : (flags & OpenFlags.Direct) != 0 && node->Operations != FileOperations.Regular ? -Errno.EINVAL : 0;
    }

    // The last step: the open file. A descriptor that does not come to be is given back.
    private static long Install(int descriptor, FileNode* node, OpenFlags flags)
    {
        bool isPath = (flags & OpenFlags.Path) != 0;
        FileOperations* operations = isPath ? FileOperations.Place : node->Operations;
        OpenFile* file = OpenFile.Create(node, operations, null, (flags & ~NotKept) | (isPath ? 0 : OpenFlags.LargeFile));
        long result = file == null ? -Errno.ENOMEM : operations->Open == null ? 0 : operations->Open(file);
        if (result < 0)
        {
            OpenFile.Cancel(file);
            DescriptorTable.Unreserve(descriptor);
            return result;
        }

        DescriptorTable.Install(descriptor, file);
        return descriptor;
    }
}
