using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Offload;
using AzaleaOS.Signals;

namespace AzaleaOS.Files.Offloaded;

/// <summary>An open file at the Linux peer. Its position, its flags and its locks are those of the peer's open file.</summary>
/// <remarks>
/// The peer moves data between the file and the application's own pages: nothing is copied here. A buffer of more pages than a request
/// takes goes in several requests, of which each begins where the one before ended; what Linux does in one step may then be seen in parts.
/// </remarks>
internal static unsafe class OffloadedFile
{
    private const int VectorReadWithFlags = 327;
    private const int VectorWriteWithFlags = 328;

    private static FileOperations* s_operations;
    private static FileNode* s_node;

    /// <summary>Prepares for such files.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Initialize()
    {
        s_operations = (FileOperations*)KernelPages.Take();
        s_node = FileTree.NewNameless(FileMode.Regular | FileMode.Permissions, FileSystemKind.Memory);
        if (s_operations == null || s_node == null)
        {
            return false;
        }

        PeerFiles.Initialize();
        PeerWatch.Initialize();
        *s_operations = new FileOperations { Read = &Read, Write = &Write, Seek = &Seek, Poll = &PeerWatch.Poll, CanWatch = &PeerWatch.IsPossible, Release = &Release, HasForeignPosition = true };
        return true;
    }

    /// <summary>Whether an open file is one of the peer's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool Is(OpenFile* file) => file->Operations == s_operations;

    /// <summary>The peer's number.</summary>
    internal static long NumberOf(OpenFile* file) => (long)(nuint)file->Data;

    /// <summary>Makes an open file.</summary>
    /// <param name="number">The peer's number.</param>
    /// <param name="flags">O_ flags that F_GETFL shows.</param>
    /// <returns>Null when memory is exhausted.</returns>
    internal static OpenFile* Create(long number, OpenFlags flags)
        => OpenFile.Create(s_node, s_operations, (void*)(nuint)number, flags);

    /// <summary>Closes a number that has no open file here.</summary>
    internal static void Close(long number)
    {
        RequestSlot* slot = OffloadChannel.Begin((int)OffloadedCall.Close);
        if (slot != null)
        {
            slot->Request.Arguments[0] = number;
            OffloadChannel.Finish(slot, interruptible: false);
        }
    }

    private static long Read(OpenFile* file, Transfer* transfer) => Move(file, transfer, writes: false);

    private static long Write(OpenFile* file, Transfer* transfer) => Move(file, transfer, writes: true);

    private static void Release(OpenFile* file)
    {
        PeerWatch.Forget(file);
        Close(NumberOf(file));
    }

    /// <summary>Moves the position, and says where it is then.</summary>
    internal static long Seek(OpenFile* file, long offset, uint whence)
    {
        const uint Data = 3;
        PeerFile* mapped = whence >= Data ? PeerFiles.Find(file) : null;
        if (mapped != null)
        {
            // What a mapping wrote is no hole.
            PeerPages.WriteBack(mapped);
            PeerFiles.Release(mapped);
        }

        RequestSlot* slot = OffloadChannel.Begin((int)OffloadedCall.LSeek);
        if (slot == null)
        {
            return -Errno.EIO;
        }

        slot->Request.Arguments[0] = NumberOf(file);
        slot->Request.Arguments[1] = offset;
        slot->Request.Arguments[2] = whence;
        return OffloadChannel.Finish(slot, interruptible: false);
    }

    private static long Move(OpenFile* file, Transfer* transfer, bool writes)
    {
        long total = 0;
        while (true)
        {
            long result = PeerFiles.Any ? MoveBesideMappings(file, transfer, writes, out ulong sent) : MoveOnce(file, transfer, writes, out sent);
            if (result == -Errno.ERESTARTNOINTR)
            {
                continue;
            }

            if (result < 0)
            {
                if (result == -Errno.EPIPE)
                {
                    SignalSender.RaisePipe();
                }

                return total > 0 ? total : result == -Errno.EINTR ? -Errno.ERESTARTSYS : result;
            }

            total += result;

            // A pipe takes less than it is given; who waits for all of it gives it the rest. A disk that is full says so then.
            if (transfer->Left == 0 || result == 0 || ((ulong)result < sent && (!writes || transfer->NonBlocking)))
            {
                return total;
            }
        }
    }

    // The buffer may be in a mapping of a file of the peer, and the file may be mapped.
    private static long MoveBesideMappings(OpenFile* file, Transfer* transfer, bool writes, out ulong sent)
    {
        Transfer rest = *transfer;
        while (rest.PeekPatiently(out ulong address, out ulong length, out bool isKernel))
        {
            if (!isKernel)
            {
                PeerPages.BringAll(address, length);
            }

            rest.Skip(length);
        }

        PeerFile* mapped = PeerFiles.Find(file);
        long result;
        if (mapped == null)
        {
            result = MoveOnce(file, transfer, writes, out sent);
        }
        else if (!writes)
        {
            PeerPages.WriteBack(mapped);
            result = MoveOnce(file, transfer, writes, out sent);
            PeerFiles.Release(mapped);
        }
        else
        {
            const uint Current = 1;
            bool appends = transfer->Append || (file->Flags & OpenFlags.Append) != 0;
            mapped->Node->DataLock.Enter();
            result = MoveOnce(file, transfer, writes, out sent);
            if (result > 0)
            {
                PeerChanges.Follow(mapped, appends ? null : (ulong)(transfer->Position < 0 ? Seek(file, 0, Current) : transfer->Position), (ulong)result);
            }

            mapped->Node->DataLock.Exit();
            PeerFiles.Release(mapped);
        }

        // A page of the buffer may have gone again meanwhile.
        return result == -Errno.EFAULT && transfer->Peek(out ulong first, out ulong left, out bool isOwn) && !isOwn && PeerPages.Bring(first, left) > 0
            ? -Errno.ERESTARTNOINTR
            : result;
    }

    // As Linux, which finds the end of a regular file before it looks at the buffer.
    private static bool IsAtEnd(OpenFile* file, long position)
    {
        const uint Current = 1;
        position = position < 0 ? Seek(file, 0, Current) : position;
        RequestSlot* slot = position < 0 ? null : OffloadChannel.Begin((int)OffloadedCall.PRead);
        if (slot == null)
        {
            return false;
        }

        slot->Request.Arguments[0] = NumberOf(file);
        slot->Request.Arguments[3] = position;
        Requests.AddKernel(slot, slot->Inline, 1, writable: true);
        return OffloadChannel.Finish(slot, interruptible: false) == 0;
    }

    private static long MoveOnce(OpenFile* file, Transfer* transfer, bool writes, out ulong sent)
    {
        sent = 0;
        OffloadedCall call = transfer->Position < 0
            ? writes ? OffloadedCall.Write : OffloadedCall.Read
            : writes ? OffloadedCall.PWrite : OffloadedCall.PRead;
        RequestSlot* slot = OffloadChannel.Begin(transfer->Flags == 0 ? (int)call : writes ? VectorWriteWithFlags : VectorReadWithFlags);
        if (slot == null)
        {
            return -Errno.EIO;
        }

        slot->Request.Flags = transfer->NonBlocking ? RequestFlags.NonBlocking : RequestFlags.None;
        slot->Request.Arguments[0] = NumberOf(file);
        slot->Request.Arguments[3] = transfer->Position;
        slot->Request.Arguments[5] = transfer->Flags;
        Transfer rest = *transfer;
        bool isCopied = false;
        while (rest.Peek(out ulong address, out ulong length, out bool isKernel))
        {
            ulong added = !isKernel ? Requests.AddUser(slot, address, length, writable: !writes)
                : Requests.AddKernel(slot, (void*)address, length, writable: !writes) ? length : 0;
            if (added == Requests.Busy)
            {
                OffloadChannel.Abandon(slot);
                OffloadChannel.Sleep();
                return -Errno.ERESTARTNOINTR;
            }

            sent += added;
            isCopied |= isKernel;
            rest.Skip(added);
            if (added < length)
            {
                break;
            }
        }

        if (sent == 0 && transfer->Left != 0)
        {
            OffloadChannel.Abandon(slot);
            if (transfer->Position >= 0 && (ulong)transfer->Position + transfer->Left > long.MaxValue)
            {
                // Linux looks at the position before it looks at the buffer (fs/read_write.c, rw_verify_area).
                return -Errno.EINVAL;
            }

            return writes || !IsAtEnd(file, transfer->Position) ? -Errno.EFAULT : 0;
        }

        long result = OffloadChannel.Finish(slot, interruptible: true);
        if (result > (long)sent)
        {
            return -Errno.EIO;
        }

        if (result > 0)
        {
            transfer->Skip((ulong)result);
            transfer->Position += transfer->Position < 0 ? 0 : result;
            if (isCopied)
            {
                OffloadChannel.AddCopied(result);
            }
        }

        return result;
    }
}
