using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Rings;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Sideloader.FileSystem;

// Open files and their data.
internal sealed unsafe partial class FuseHandler
{
    /// <summary>
    /// What the host's file is opened with. O_DIRECT is the guest's own: its buffers need not be aligned as the host's
    /// file system wants. O_NOATIME needs to be the file's owner.
    /// </summary>
    private const OpenFlags KeptFlags = OpenFlags.AccessMask | OpenFlags.Truncate | OpenFlags.Append | OpenFlags.Synchronous | OpenFlags.LargeFile;

    private int Open(DescriptorChain chain, in FuseRequestHeader header)
    {
        if (!TryParse(out FuseOpen request))
            return -(int)Errno.EINVAL;

        OpenFlags flags = (OpenFlags)request.Flags & KeptFlags;
        if (tree.IsReadOnly && (flags & (OpenFlags.AccessMask | OpenFlags.Truncate)) != 0)
            return -(int)Errno.EROFS;

        using DescriptorTable.Use node = tree.Borrow(header.Node);
        if (!node.Exists)
            return -(int)Errno.ESTALE;

        int descriptor = tree.OpenFile(node.Descriptor, flags, FileMode.Regular);
        return descriptor < 0 ? descriptor : AnswerHandle(chain, descriptor);
    }

    private int Create(DescriptorChain chain, in FuseRequestHeader header)
    {
        if (!TryParse(out FuseCreate request))
            return -(int)Errno.EINVAL;
        if (TryName(sizeof(FuseCreate), out byte* name) is < 0 and var error)
            return error;

        using DescriptorTable.Use directory = tree.Borrow(header.Node);
        if (!directory.Exists)
            return -(int)Errno.ESTALE;

        OpenFlags flags = (OpenFlags)request.Flags & KeptFlags;
        // Exclusive, so that what is opened is a new file and no pipe or device of that name.
        int descriptor = Libc.OpenAt(directory.Descriptor, name, flags | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow | OpenFlags.CloseOnExec, request.Mode);
        ulong node;
        Stat status;
        if (descriptor >= 0)
        {
            error = tree.EnterOpened(descriptor, out node, out status);
            if (error == 0 && Own(descriptor, directory.Descriptor, in header, ref status) is < 0 and var failure)
            {
                tree.Nodes.Forget(node, 1);
                error = failure;
            }
        }
        else
        {
            error = FileTree.Error;
            if (error != -(int)Errno.EEXIST || ((OpenFlags)request.Flags & OpenFlags.Exclusive) != 0)
                return error;

            error = tree.Lookup(directory.Descriptor, name, out node, out status);
            if (error == 0)
            {
                using DescriptorTable.Use file = tree.Borrow(node);
                descriptor = file.Exists ? tree.OpenFile(file.Descriptor, flags, FileMode.Regular) : -(int)Errno.ESTALE;
                if (descriptor < 0)
                {
                    tree.Nodes.Forget(node, 1);
                    return descriptor;
                }
            }
        }

        if (error < 0)
        {
            if (descriptor >= 0)
                _ = Libc.Close(descriptor);
            return error;
        }

        ulong handle = tree.Handles.Add(descriptor);
        int result = Answer(chain, new FuseCreated { Entry = Entry(node, in status), Opened = new FuseOpened { Handle = handle } });
        if (result < 0)
        {
            tree.Handles.Remove(handle);
            tree.Nodes.Forget(node, 1);
        }

        return result;
    }

    private int Read(DescriptorChain chain)
    {
        if (!TryParse(out FuseTransfer request) || request.Offset > long.MaxValue)
            return -(int)Errno.EINVAL;

        using DescriptorTable.Use handle = tree.Handles.Borrow(request.Handle);
        if (!handle.Exists)
            return -(int)Errno.EBADF;

        ReadOnlySpan<IoVector> buffers = chain.SelectWritable(FuseResponseHeader.Bytes, request.Size);
        fixed (IoVector* first = buffers)
        {
            nint count = Libc.ReadVector(handle.Descriptor, first, buffers.Length, (long)request.Offset);
            return count < 0 ? FileTree.Error : (int)count;
        }
    }

    private int Write(DescriptorChain chain)
    {
        if (!chain.TryRead(FuseRequestHeader.Bytes, out FuseTransfer request) || request.Offset > long.MaxValue)
            return -(int)Errno.EINVAL;

        const int Data = FuseRequestHeader.Bytes + FuseTransfer.Bytes;
        if (request.Size > chain.ReadableBytes - Data)
            return -(int)Errno.EINVAL;

        using DescriptorTable.Use handle = tree.Handles.Borrow(request.Handle);
        if (!handle.Exists)
            return -(int)Errno.EBADF;

        ReadOnlySpan<IoVector> buffers = chain.SelectReadable(Data, request.Size);
        fixed (IoVector* first = buffers)
        {
            nint count = Libc.WriteVector(handle.Descriptor, first, buffers.Length, (long)request.Offset);
            return count < 0 ? FileTree.Error : Answer(chain, new FuseSize { Bytes = (uint)count });
        }
    }

    private int Release()
    {
        if (!TryParse(out FuseHandleOnly request))
            return -(int)Errno.EINVAL;

        return tree.Handles.Remove(request.Handle) ? 0 : -(int)Errno.EBADF;
    }

    /// <summary>The guest closed one of its descriptors: the errors that close tells are to be told.</summary>
    private int Flush()
    {
        if (!TryParse(out FuseHandleOnly request))
            return -(int)Errno.EINVAL;

        using DescriptorTable.Use handle = tree.Handles.Borrow(request.Handle);
        if (!handle.Exists)
            return -(int)Errno.EBADF;

        int copy = Libc.Duplicate(handle.Descriptor);
        return copy < 0 || Libc.Close(copy) < 0 ? FileTree.Error : 0;
    }

    private int Synchronize()
    {
        if (!TryParse(out FuseSynchronize request))
            return -(int)Errno.EINVAL;

        using DescriptorTable.Use handle = tree.Handles.Borrow(request.Handle);
        if (!handle.Exists)
            return -(int)Errno.EBADF;

        bool dataOnly = (request.Flags & FuseSynchronize.DataOnly) != 0;
        return (dataOnly ? Libc.SynchronizeData(handle.Descriptor) : Libc.Synchronize(handle.Descriptor)) < 0 ? FileTree.Error : 0;
    }

    private int Allocate()
    {
        if (!TryParse(out FuseAllocate request))
            return -(int)Errno.EINVAL;

        using DescriptorTable.Use handle = tree.Handles.Borrow(request.Handle);
        if (!handle.Exists)
            return -(int)Errno.EBADF;

        return Libc.Allocate(handle.Descriptor, (int)request.Mode, (long)request.Offset, (long)request.Length) < 0 ? FileTree.Error : 0;
    }

    private int Seek(DescriptorChain chain)
    {
        if (!TryParse(out FuseSeek request))
            return -(int)Errno.EINVAL;

        using DescriptorTable.Use handle = tree.Handles.Borrow(request.Handle);
        if (!handle.Exists)
            return -(int)Errno.EBADF;

        long offset = Libc.Seek(handle.Descriptor, (long)request.Offset, (int)request.Whence);
        return offset < 0 ? FileTree.Error : Answer(chain, new FuseOffset { Offset = (ulong)offset });
    }

    private int CopyRange(DescriptorChain chain)
    {
        if (!TryParse(out FuseCopyRange request) || request.Flags != 0)
            return -(int)Errno.EINVAL;

        using DescriptorTable.Use source = tree.Handles.Borrow(request.SourceHandle);
        using DescriptorTable.Use target = tree.Handles.Borrow(request.TargetHandle);
        if (!source.Exists || !target.Exists)
            return -(int)Errno.EBADF;

        long sourceOffset = (long)request.SourceOffset;
        long targetOffset = (long)request.TargetOffset;
        // The answer has 32 bits.
        nuint length = (nuint)Math.Min(request.Length, int.MaxValue);
        nint count = Libc.CopyRange(source.Descriptor, &sourceOffset, target.Descriptor, &targetOffset, length, 0);
        return count < 0 ? FileTree.Error : Answer(chain, new FuseSize { Bytes = (uint)count });
    }

    private int AnswerHandle(DescriptorChain chain, int descriptor)
    {
        ulong handle = tree.Handles.Add(descriptor);
        int result = Answer(chain, new FuseOpened { Handle = handle });
        if (result < 0)
            tree.Handles.Remove(handle);
        return result;
    }
}
