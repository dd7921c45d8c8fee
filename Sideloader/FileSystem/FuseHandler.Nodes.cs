using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Rings;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Sideloader.FileSystem;

// Names and what they stand for.
internal sealed unsafe partial class FuseHandler
{
    /// <summary>How long the guest may believe a name and attributes. Changes on the host show after that.</summary>
    private const ulong ValidSeconds = 1;

    private const int MaxTarget = 4096;

    /// <summary>UTIME_NOW and UTIME_OMIT. Source: Linux, include/linux/stat.h.</summary>
    private const long TimeNow = (1 << 30) - 1;
    private const long TimeOmit = (1 << 30) - 2;

    private int Lookup(DescriptorChain chain, in FuseRequestHeader header)
    {
        if (TryName(0, out byte* name) is < 0 and var error)
            return error;

        using DescriptorTable.Use directory = tree.Borrow(header.Node);
        return directory.Exists ? AnswerEntry(chain, directory.Descriptor, name) : -(int)Errno.ESTALE;
    }

    private int GetAttributes(DescriptorChain chain, in FuseRequestHeader header)
    {
        using DescriptorTable.Use node = tree.Borrow(header.Node);
        return node.Exists ? AnswerAttributes(chain, node.Descriptor) : -(int)Errno.ESTALE;
    }

    private int SetAttributes(DescriptorChain chain, in FuseRequestHeader header)
    {
        if (!TryParse(out FuseSetAttributes change))
            return -(int)Errno.EINVAL;

        using DescriptorTable.Use node = tree.Borrow(header.Node);
        if (!node.Exists)
            return -(int)Errno.ESTALE;

        if ((change.Valid & FuseSetAttributes.HasMode) != 0 && tree.ChangeMode(node.Descriptor, change.Mode & FileMode.PermissionMask) is < 0 and var modeError)
            return modeError;

        if ((change.Valid & (FuseSetAttributes.HasUser | FuseSetAttributes.HasGroup)) != 0)
        {
            uint user = (change.Valid & FuseSetAttributes.HasUser) != 0 ? change.User : uint.MaxValue;
            uint group = (change.Valid & FuseSetAttributes.HasGroup) != 0 ? change.Group : uint.MaxValue;
            if (Libc.ChangeOwnerAt(node.Descriptor, FileTree.Empty, user, group, AtFlags.EmptyPath) < 0)
                return FileTree.Error;
        }

        if ((change.Valid & FuseSetAttributes.HasSize) != 0 && SetSize(node.Descriptor, in change) is < 0 and var sizeError)
            return sizeError;

        if ((change.Valid & (FuseSetAttributes.HasAccessTime | FuseSetAttributes.HasModifyTime)) != 0)
        {
            Timespec* times = stackalloc Timespec[2];
            times[0] = Time(change.Valid, FuseSetAttributes.HasAccessTime, FuseSetAttributes.AccessedNow, change.AccessTime, change.AccessNanoseconds);
            times[1] = Time(change.Valid, FuseSetAttributes.HasModifyTime, FuseSetAttributes.ModifiedNow, change.ModifyTime, change.ModifyNanoseconds);
            if (Libc.SetTimesAt(node.Descriptor, FileTree.Empty, times, AtFlags.EmptyPath) < 0)
                return FileTree.Error;
        }

        return AnswerAttributes(chain, node.Descriptor);
    }

    private int ReadLink(DescriptorChain chain, in FuseRequestHeader header)
    {
        using DescriptorTable.Use node = tree.Borrow(header.Node);
        if (!node.Exists)
            return -(int)Errno.ESTALE;

        nint length = Libc.ReadLinkAt(node.Descriptor, FileTree.Empty, _response, MaxTarget);
        return length < 0 ? FileTree.Error : Answer(chain, new ReadOnlySpan<byte>(_response, (int)length));
    }

    private int MakeSymbolicLink(DescriptorChain chain, in FuseRequestHeader header)
    {
        int offset = 0;
        if (TryName(ref offset, out byte* name) is < 0 and var error)
            return error;
        byte* target = Text(ref offset);
        if (target == null)
            return -(int)Errno.EINVAL;

        using DescriptorTable.Use directory = tree.Borrow(header.Node);
        if (!directory.Exists)
            return -(int)Errno.ESTALE;

        // The target is text for the guest: nothing here ever follows it.
        return Libc.SymbolicLinkAt(target, directory.Descriptor, name) < 0 ? FileTree.Error : AnswerNew(chain, directory.Descriptor, name, in header);
    }

    private int MakeNode(DescriptorChain chain, in FuseRequestHeader header)
    {
        if (!TryParse(out FuseMakeNode request))
            return -(int)Errno.EINVAL;
        if (TryName(sizeof(FuseMakeNode), out byte* name) is < 0 and var error)
            return error;
        // A device node on the host is a way out of the tree.
        if ((request.Mode & FileMode.KindMask) is not (0 or FileMode.Regular or FileMode.Pipe or FileMode.Socket))
            return -(int)Errno.EPERM;

        using DescriptorTable.Use directory = tree.Borrow(header.Node);
        if (!directory.Exists)
            return -(int)Errno.ESTALE;

        return Libc.MakeNodeAt(directory.Descriptor, name, request.Mode, 0) < 0 ? FileTree.Error : AnswerNew(chain, directory.Descriptor, name, in header);
    }

    private int MakeDirectory(DescriptorChain chain, in FuseRequestHeader header)
    {
        if (!TryParse(out FuseMakeDirectory request))
            return -(int)Errno.EINVAL;
        if (TryName(sizeof(FuseMakeDirectory), out byte* name) is < 0 and var error)
            return error;

        using DescriptorTable.Use directory = tree.Borrow(header.Node);
        if (!directory.Exists)
            return -(int)Errno.ESTALE;

        return Libc.MakeDirectoryAt(directory.Descriptor, name, request.Mode) < 0 ? FileTree.Error : AnswerNew(chain, directory.Descriptor, name, in header);
    }

    private int Unlink(in FuseRequestHeader header, int flags)
    {
        if (TryName(0, out byte* name) is < 0 and var error)
            return error;

        using DescriptorTable.Use directory = tree.Borrow(header.Node);
        if (!directory.Exists)
            return -(int)Errno.ESTALE;

        return Libc.UnlinkAt(directory.Descriptor, name, flags) < 0 ? FileTree.Error : 0;
    }

    private int Rename(in FuseRequestHeader header, int bytes)
    {
        if (_requestLength < bytes)
            return -(int)Errno.EINVAL;

        ulong newDirectory = *(ulong*)_request;
        uint flags = bytes == sizeof(FuseRename) ? ((FuseRename*)_request)->Flags : 0;
        int offset = bytes;
        if (TryName(ref offset, out byte* oldName) is < 0 and var oldError)
            return oldError;
        if (TryName(ref offset, out byte* newName) is < 0 and var newError)
            return newError;

        using DescriptorTable.Use from = tree.Borrow(header.Node);
        using DescriptorTable.Use to = tree.Borrow(newDirectory);
        if (!from.Exists || !to.Exists)
            return -(int)Errno.ESTALE;

        return Libc.RenameAt(from.Descriptor, oldName, to.Descriptor, newName, flags) < 0 ? FileTree.Error : 0;
    }

    private int Link(DescriptorChain chain, in FuseRequestHeader header)
    {
        if (!TryParse(out FuseLink request))
            return -(int)Errno.EINVAL;
        if (TryName(sizeof(FuseLink), out byte* name) is < 0 and var error)
            return error;

        using DescriptorTable.Use old = tree.Borrow(request.OldNode);
        using DescriptorTable.Use directory = tree.Borrow(header.Node);
        if (!old.Exists || !directory.Exists)
            return -(int)Errno.ESTALE;

        return tree.Link(old.Descriptor, directory.Descriptor, name) is < 0 and var failure ? failure : AnswerEntry(chain, directory.Descriptor, name);
    }

    private int SetSize(int node, in FuseSetAttributes change)
    {
        if (change.Size > long.MaxValue)
            return -(int)Errno.EINVAL;

        if ((change.Valid & FuseSetAttributes.HasHandle) != 0)
        {
            using DescriptorTable.Use handle = tree.Handles.Borrow(change.Handle);
            if (!handle.Exists)
                return -(int)Errno.EBADF;

            return Libc.Truncate(handle.Descriptor, (long)change.Size) < 0 ? FileTree.Error : 0;
        }

        int descriptor = tree.OpenFile(node, OpenFlags.WriteOnly, FileMode.Regular);
        if (descriptor < 0)
            return descriptor;

        int result = Libc.Truncate(descriptor, (long)change.Size) < 0 ? FileTree.Error : 0;
        _ = Libc.Close(descriptor);
        return result;
    }

    private static Timespec Time(uint valid, uint set, uint now, ulong seconds, uint nanoseconds) => new()
    {
        Seconds = (long)seconds,
        Nanoseconds = (valid & set) == 0 ? TimeOmit : (valid & now) != 0 ? TimeNow : nanoseconds,
    };

    /// <summary>Gives a new file to the user of the guest who made it, and answers with it.</summary>
    private int AnswerNew(DescriptorChain chain, int directory, byte* name, in FuseRequestHeader header)
    {
        if (tree.Lookup(directory, name, out ulong node, out Stat status) is < 0 and var error)
            return error;

        using DescriptorTable.Use made = tree.Borrow(node);
        if (made.Exists && Own(made.Descriptor, directory, in header, ref status) is < 0 and var failure)
        {
            tree.Nodes.Forget(node, 1);
            return failure;
        }

        return AnswerEntry(chain, node, in status);
    }

    /// <summary>Makes the requesting user the owner. Only a privileged daemon can; without, files are the daemon's.</summary>
    private static int Own(int descriptor, int directory, in FuseRequestHeader header, ref Stat status)
    {
        if (Libc.GetUser() != 0 || (status.User == header.User && status.Group == header.Group))
            return 0;

        // In a directory with the set-group-id bit a file has the directory's group.
        Stat parent;
        if (Libc.StatAt(directory, FileTree.Empty, &parent, AtFlags.EmptyPath) < 0)
            return FileTree.Error;
        uint group = (parent.Mode & FileMode.SetGroup) != 0 ? status.Group : header.Group;
        if (Libc.ChangeOwnerAt(descriptor, FileTree.Empty, header.User, group, AtFlags.EmptyPath) < 0)
            return FileTree.Error;

        fixed (Stat* target = &status)
            return Libc.StatAt(descriptor, FileTree.Empty, target, AtFlags.EmptyPath) < 0 ? FileTree.Error : 0;
    }

    private int AnswerEntry(DescriptorChain chain, int directory, byte* name)
    {
        int error = tree.Lookup(directory, name, out ulong node, out Stat status);
        return error < 0 ? error : AnswerEntry(chain, node, in status);
    }

    /// <summary>Answers with a node that was looked up; without room for the answer the look-up does not count.</summary>
    private int AnswerEntry(DescriptorChain chain, ulong node, in Stat status)
    {
        int result = Answer(chain, Entry(node, in status));
        if (result < 0)
            tree.Nodes.Forget(node, 1);
        return result;
    }

    private static int AnswerAttributes(DescriptorChain chain, int node)
    {
        Stat status;
        return Libc.StatAt(node, FileTree.Empty, &status, AtFlags.EmptyPath) < 0
            ? FileTree.Error
            : Answer(chain, new FuseAttributesResponse { Seconds = ValidSeconds, Attributes = Attributes(in status) });
    }

    private static FuseEntry Entry(ulong node, in Stat status) => new()
    {
        Node = node,
        EntrySeconds = ValidSeconds,
        AttributeSeconds = ValidSeconds,
        Attributes = Attributes(in status),
    };

    private static FuseAttributes Attributes(in Stat status) => new()
    {
        Inode = status.Inode,
        Size = (ulong)status.Size,
        Blocks = (ulong)status.Blocks,
        AccessTime = (ulong)status.Accessed.Seconds,
        ModifyTime = (ulong)status.Modified.Seconds,
        ChangeTime = (ulong)status.Changed.Seconds,
        AccessNanoseconds = (uint)status.Accessed.Nanoseconds,
        ModifyNanoseconds = (uint)status.Modified.Nanoseconds,
        ChangeNanoseconds = (uint)status.Changed.Nanoseconds,
        Mode = status.Mode,
        Links = (uint)status.Links,
        User = status.User,
        Group = status.Group,
        Device = (uint)status.SpecialDevice,
        BlockSize = (uint)status.BlockSize,
    };
}
