using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Pipes;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>splice, tee and vmsplice: bytes into pipes and out of them. What is asked is checked in Linux's order.</summary>
/// <remarks>Pages are copied, not passed on: SPLICE_F_MOVE and SPLICE_F_GIFT are hints. Source: Linux, fs/splice.c.</remarks>
internal static unsafe class SpliceCalls
{
    private const uint NonBlocking = 2, AllFlags = 15;

    /// <summary>splice(2).</summary>
    [Syscall(275)]
    internal static long Splice(int input, UserPointer<long> inputOffset, int output, UserPointer<long> outputOffset, ulong count, uint flags)
    {
        if (count == 0)
        {
            return 0;
        }

        if ((flags & ~AllFlags) != 0)
        {
            return -Errno.EINVAL;
        }

        FileReference from = DescriptorTable.Get(input);
        FileReference to = from.IsNull ? default : DescriptorTable.Get(output);
        long result = to.IsNull ? -Errno.EBADF
            : Splice(from.File, inputOffset, to.File, outputOffset, Math.Min(count, Transfer.Largest), (flags & NonBlocking) != 0);
        from.Release();
        to.Release();
        return result;
    }

    /// <summary>tee(2).</summary>
    [Syscall(276)]
    internal static long Tee(int input, int output, ulong count, uint flags)
    {
        if ((flags & ~AllFlags) != 0)
        {
            return -Errno.EINVAL;
        }

        if (count == 0)
        {
            return 0;
        }

        FileReference from = DescriptorTable.Get(input);
        FileReference to = from.IsNull ? default : DescriptorTable.Get(output);
        long result = to.IsNull || !from.File->CanRead || !to.File->CanWrite ? -Errno.EBADF
            : BetweenPipes(from.File, to.File, Math.Min(count, Transfer.Largest), (flags & NonBlocking) != 0, copies: true);
        from.Release();
        to.Release();
        return result;
    }

    /// <summary>vmsplice(2).</summary>
    [Syscall(278)]
    internal static long SpliceMemory(int descriptor, UserPointer<IoVector> vector, ulong count, uint flags)
    {
        if ((flags & ~AllFlags) != 0)
        {
            return -Errno.EINVAL;
        }

        FileReference reference = DescriptorTable.Get(descriptor);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        OpenFile* file = reference.File;
        Transfer transfer = default;
        long result = !file->CanRead && !file->CanWrite ? -Errno.EBADF : Transfer.Of(vector, count, out transfer);
        transfer.NonBlocking = (flags & NonBlocking) != 0;
        if (result == 0 && transfer.Left != 0)
        {
            Pipe* pipe = PipeOf(file);
            result = pipe == null ? -Errno.EBADF
                : file->CanWrite ? SplicedPipe.Fill(pipe, &transfer)
                : PipeFile.Read(file, &transfer);
        }

        reference.Release();
        return result;
    }

    private static long Splice(OpenFile* from, UserPointer<long> inputOffset, OpenFile* to, UserPointer<long> outputOffset, ulong count, bool nonBlocking)
    {
        Pipe* source = PipeOf(from);
        Pipe* target = PipeOf(to);
        if ((source != null && !inputOffset.IsNull) || (target != null && !outputOffset.IsNull))
        {
            return -Errno.ESPIPE;
        }

        long input = from->Position;
        long output = to->Position;
        if ((!outputOffset.IsNull && !outputOffset.TryRead(out output)) || (!inputOffset.IsNull && !inputOffset.TryRead(out input)))
        {
            return -Errno.EFAULT;
        }

        if (!from->CanRead || !to->CanWrite)
        {
            return -Errno.EBADF;
        }

        if (source != null && target != null)
        {
            return BetweenPipes(from, to, count, nonBlocking, copies: false);
        }

        OpenFile* file = source != null ? to : from;
        UserPointer<long> offset = source != null ? outputOffset : inputOffset;
        bool isForeign = file->Operations->HasForeignPosition;
        long position = source != null ? output : input;
        if ((source == null && target == null)
            || (!offset.IsNull && !file->Operations->HasPosition && !isForeign)
            || (source != null && (file->Flags & OpenFlags.Append) != 0)
            || position < 0
            || (source != null ? file->Operations->Write == null : file->Operations->Read == null))
        {
            return -Errno.EINVAL;
        }

        // The file's own position, where that is somewhere else.
        position = isForeign && offset.IsNull ? -1 : position;
        long result = source != null
            ? FromPipe(source, file, ref position, count, nonBlocking || from->IsNonBlocking)
            : ToPipe(file, ref position, target, count, nonBlocking || to->IsNonBlocking);
        if (result <= 0 || (!file->Operations->HasPosition && offset.IsNull))
        {
            return result;
        }

        if (offset.IsNull)
        {
            file->Position = position;
            return result;
        }

        return offset.TryWrite(position) ? result : -Errno.EFAULT;
    }

    // The pipe's lock is held while the file is written; nobody holds a file's lock and asks for a pipe's.
    private static long FromPipe(Pipe* pipe, OpenFile* to, ref long position, ulong count, bool nonBlocking)
    {
        Transfer wait = new() { NonBlocking = nonBlocking };
        bool madeRoom = false;
        ulong done = 0;
        pipe->Lock.Enter();
        long result = SplicedPipe.WaitForBytes(pipe, &wait);
        for (PipeSlot* slot; result == 0 && done < count && (slot = pipe->Peek()) != null;)
        {
            Transfer write = Transfer.OfKernel(slot->Page + slot->Offset, Math.Min(slot->Length, count - done));
            write.Position = position;
            ulong wanted = write.Left;
            long moved = Transfers.Move(to, &write, write: true);
            if (moved <= 0)
            {
                result = moved;
                break;
            }

            position += position < 0 ? 0 : moved;
            done += (ulong)moved;
            pipe->Consume((ushort)moved, ref madeRoom);
            if ((ulong)moved < wanted)
            {
                break;
            }
        }

        pipe->Lock.Exit();
        if (madeRoom)
        {
            PipeFile.TellWriters(pipe);
        }

        return done != 0 ? (long)done : Math.Min(result, 0);
    }

    private static long ToPipe(OpenFile* from, ref long position, Pipe* pipe, ulong count, bool nonBlocking)
    {
        Transfer wait = new() { NonBlocking = nonBlocking };
        ulong done = 0;
        pipe->Lock.Enter();
        long result = SplicedPipe.WaitForRoom(pipe, &wait);
        while (result == 0 && done < count && !pipe->IsFull)
        {
            byte* page = BufferPages.Take();
            if (page == null)
            {
                result = -Errno.ENOMEM;
                break;
            }

            // A slot holds what lies in one page of the file.
            ulong offset = from->Operations->HasPosition ? (ulong)position % KernelPages.Size : 0;
            Transfer read = Transfer.OfKernel(page, Math.Min(KernelPages.Size - offset, count - done));
            read.Position = position;
            read.NonBlocking = done != 0;
            ulong wanted = read.Left;
            long moved = Transfers.Move(from, &read, write: false);
            if (moved <= 0)
            {
                BufferPages.Give(page);
                result = moved;
                break;
            }

            position += position < 0 ? 0 : moved;
            done += (ulong)moved;
            pipe->Push(page, 0, (ushort)moved, isPacket: false);
            if ((ulong)moved < wanted)
            {
                break;
            }
        }

        pipe->Lock.Exit();
        if (done != 0)
        {
            PipeFile.TellReaders(pipe);
        }

        return done != 0 ? (long)done : result;
    }

    private static long BetweenPipes(OpenFile* from, OpenFile* to, ulong count, bool nonBlocking, bool copies)
    {
        Pipe* source = PipeOf(from);
        Pipe* target = PipeOf(to);
        if (source == null || target == null || source == target)
        {
            return -Errno.EINVAL;
        }

        Transfer wait = new() { NonBlocking = nonBlocking || from->IsNonBlocking || to->IsNonBlocking };
        return SplicedPipe.Move(source, target, count, &wait, copies);
    }

    private static Pipe* PipeOf(OpenFile* file)
        => file->Operations == PollableFiles.Pipe || file->Operations == PollableFiles.Fifo ? (Pipe*)file->Data : null;
}
