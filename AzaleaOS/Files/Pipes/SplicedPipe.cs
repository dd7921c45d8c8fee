using AzaleaOS.Abi;
using AzaleaOS.Signals;

namespace AzaleaOS.Files.Pipes;

/// <summary>What splice, tee and vmsplice do with pipes.</summary>
/// <remarks>Source: Linux, fs/splice.c: splice_from_pipe_next, wait_for_space, splice_pipe_to_pipe, link_pipe, vmsplice_to_pipe.</remarks>
internal static unsafe class SplicedPipe
{
    private const long End = 1;

    /// <summary>Waits until a locked pipe has something to read.</summary>
    /// <param name="pipe">The pipe.</param>
    /// <param name="how">Whether to wait.</param>
    /// <returns>0, or 1 when no writer is left, or -EAGAIN, -ERESTARTSYS.</returns>
    internal static long WaitForBytes(Pipe* pipe, Transfer* how)
    {
        long result = 0;
        while (result == 0 && pipe->IsEmpty)
        {
            result = pipe->Writers == 0 ? End : PipeFile.Wait(how, pipe, &pipe->ReadQueue);
        }

        return result;
    }

    /// <summary>Waits until a locked pipe has a free slot.</summary>
    /// <param name="pipe">The pipe.</param>
    /// <param name="how">Whether to wait.</param>
    /// <returns>0, or -EPIPE with the signal, -EAGAIN, -ERESTARTSYS.</returns>
    internal static long WaitForRoom(Pipe* pipe, Transfer* how)
    {
        long result = 0;
        do
        {
            if (pipe->Readers == 0)
            {
                SignalSender.RaisePipe();
                return -Errno.EPIPE;
            }
        }
        while (pipe->IsFull && (result = PipeFile.Wait(how, pipe, &pipe->WriteQueue)) == 0);
        return result;
    }

    /// <summary>vmsplice into a pipe: waits for a free slot, and fills as many as there are.</summary>
    internal static long Fill(Pipe* pipe, Transfer* transfer)
    {
        long done = 0;
        pipe->Lock.Enter();
        long result = WaitForRoom(pipe, transfer);
        while (result >= 0 && transfer->Left != 0 && !pipe->IsFull)
        {
            result = pipe->PutPage(transfer, isPacket: false);
            done += Math.Max(0, result);
        }

        pipe->Lock.Exit();
        if (done != 0)
        {
            PipeFile.TellReaders(pipe);
        }

        return done != 0 ? done : result;
    }

    /// <summary>Bytes from one pipe to another.</summary>
    /// <param name="from">Where they are.</param>
    /// <param name="to">Another pipe.</param>
    /// <param name="count">At most that many.</param>
    /// <param name="how">Whether to wait.</param>
    /// <param name="copies">They stay where they are as well: tee.</param>
    /// <returns>Bytes, or -EAGAIN, -EPIPE, -ENOMEM, -ERESTARTSYS.</returns>
    internal static long Move(Pipe* from, Pipe* to, ulong count, Transfer* how, bool copies)
    {
        while (true)
        {
            // One lock at a time while waiting; both in the order of their addresses while moving.
            from->Lock.Enter();
            long result = WaitForBytes(from, how);
            from->Lock.Exit();
            if (result < 0)
            {
                return result;
            }

            to->Lock.Enter();
            result = to->IsFull ? WaitForRoom(to, how) : 0;
            to->Lock.Exit();
            if (result < 0)
            {
                return result;
            }

            Lock(from, to);
            bool madeRoom = false;
            ulong done = 0;
            PipeSlot* slot;
            for (uint index = 0; done < count && to->Readers != 0 && !to->IsFull && (slot = from->Peek(copies ? index : 0)) != null; index++)
            {
                ushort length = (ushort)Math.Min(slot->Length, count - done);
                if (!to->PutBytes(slot->Page + slot->Offset, length, isPacket: slot->IsPacket))
                {
                    result = -Errno.ENOMEM;
                    break;
                }

                done += length;
                if (!copies)
                {
                    from->Consume(length, ref madeRoom);
                }
            }

            bool isBroken = to->Readers == 0;
            bool isOver = from->IsEmpty && from->Writers == 0;
            bool isOverWhenCopied = copies && !(how->NonBlocking && from->Writers != 0);
            to->Lock.Exit();
            from->Lock.Exit();
            if (madeRoom)
            {
                PipeFile.TellWriters(from);
            }

            if (done != 0)
            {
                PipeFile.TellReaders(to);
            }

            if (isBroken)
            {
                SignalSender.RaisePipe();
                result = -Errno.EPIPE;
            }

            if (done != 0 || result < 0)
            {
                return done != 0 ? (long)done : result;
            }

            if (isOver || isOverWhenCopied)
            {
                return 0;
            }

            if (how->NonBlocking)
            {
                return -Errno.EAGAIN;
            }
        }
    }

    private static void Lock(Pipe* one, Pipe* other)
    {
        (one < other ? one : other)->Lock.Enter();
        (one < other ? other : one)->Lock.Enter();
    }
}
