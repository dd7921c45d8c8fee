using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Offload;
using FileMode = AzaleaOS.Abi.Linux.FileMode;

namespace AzaleaOS.Files.Offloaded;

/// <summary>A part of a peer's file as pages that can be mapped.</summary>
internal static unsafe class MappedCopy
{
    /// <summary>Makes an internal file with a part of the peer's, at the same offset, read into its pages by the peer.</summary>
    /// <param name="file">The peer's.</param>
    /// <param name="offset">A multiple of the page size.</param>
    /// <param name="length">A multiple of the page size.</param>
    /// <param name="access">How it may be used.</param>
    /// <param name="copy">The file, with one reference; no descriptor leads to it.</param>
    /// <returns>0; -ENODEV for what is no regular file; -ENOMEM, or what reading gives.</returns>
    internal static long Make(OpenFile* file, ulong offset, ulong length, OpenFlags access, out OpenFile* copy)
    {
        copy = null;
        Stat status;
        long result = Status(file, &status);
        if (result < 0)
        {
            return result;
        }

        if ((status.Mode & FileMode.KindMask) != FileMode.Regular)
        {
            return -Errno.ENODEV;
        }

        FileNode* node = FileTree.NewNameless(FileMode.Regular | FileMode.Permissions, FileSystemKind.Memory);
        if (node == null)
        {
            return -Errno.ENOMEM;
        }

        ulong size = (ulong)Math.Max(status.Size, 0);
        node->Size = size;
        ulong end = Math.Min(offset + length, AddressSpace.RoundUp(size));
        result = Fill(file, node, offset, end);
        if (result >= 0)
        {
            copy = OpenFile.Create(node, FileOperations.Regular, null, access);
            result = copy == null ? -Errno.ENOMEM : 0;
        }

        FileNode.Drop(node);
        return result;
    }

    private static long Status(OpenFile* file, Stat* status)
    {
        RequestSlot* slot = OffloadChannel.Begin((int)OffloadedCall.FStat);
        if (slot == null)
        {
            return -Errno.EIO;
        }

        slot->Request.Arguments[0] = OffloadedFile.NumberOf(file);
        Requests.AddKernel(slot, status, (ulong)sizeof(Stat), writable: true);
        return OffloadChannel.Finish(slot, interruptible: false);
    }

    private static long Fill(OpenFile* file, FileNode* node, ulong offset, ulong end)
    {
        while (offset < end)
        {
            RequestSlot* slot = OffloadChannel.Begin((int)OffloadedCall.PRead);
            if (slot == null)
            {
                return -Errno.EIO;
            }

            slot->Request.Arguments[0] = OffloadedFile.NumberOf(file);
            slot->Request.Arguments[3] = (long)offset;
            ulong at = offset;
            long error = 0;
            while (at < end && error == 0)
            {
                error = FileContents.TakePage(node, at / AddressSpace.PageSize, out byte* page);
                if (error < 0 || !Requests.AddKernel(slot, page, AddressSpace.PageSize, writable: true))
                {
                    break;
                }

                at += AddressSpace.PageSize;
            }

            if (error < 0)
            {
                OffloadChannel.Abandon(slot);
                return error;
            }

            long result = OffloadChannel.Finish(slot, interruptible: false);
            if (result < 0)
            {
                return result;
            }

            // Shorter than it was: zeros, as behind the end of any file.
            if (result < (long)(at - offset))
            {
                return 0;
            }

            offset = at;
        }

        return 0;
    }
}
