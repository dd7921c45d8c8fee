using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Signals;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Pipes;

/// <summary>An open end of a pipe.</summary>
/// <remarks>Source: Linux, fs/pipe.c: pipe_read, pipe_write, pipe_poll, pipe_release.</remarks>
internal static unsafe class PipeFile
{
    /// <summary>Reads: waits until there are bytes or no writer is left.</summary>
    internal static long Read(OpenFile* file, Transfer* transfer)
    {
        if (transfer->Left == 0)
        {
            return 0;
        }

        Pipe* pipe = (Pipe*)file->Data;
        long total = 0;
        bool madeRoom = false;
        pipe->Lock.Enter();
        while (true)
        {
            long result = pipe->TakeOut(transfer, out long moved, out bool room);
            total += moved;
            madeRoom |= room;
            if (result == 0 && total == 0 && pipe->Writers != 0)
            {
                result = Wait(transfer, pipe, &pipe->ReadQueue);
                if (result == 0)
                {
                    continue;
                }
            }

            bool isLeft = !pipe->IsEmpty;
            pipe->Lock.Exit();
            if (madeRoom)
            {
                TellWriters(pipe);
            }

            if (isLeft)
            {
                Blocking.TellOne(&pipe->ReadQueue);
            }

            return total != 0 ? total : result;
        }
    }

    /// <summary>Writes everything: waits for room, unless the file is non-blocking.</summary>
    internal static long Write(OpenFile* file, Transfer* transfer)
    {
        if (transfer->Left == 0)
        {
            return 0;
        }

        Pipe* pipe = (Pipe*)file->Data;
        bool isPacket = (file->Flags & OpenFlags.Direct) != 0;
        long total = 0;
        pipe->Lock.Enter();
        long result = pipe->Readers == 0 ? 0 : pipe->Merge(transfer, out total);
        while (result >= 0 && (transfer->Left != 0 || pipe->Readers == 0))
        {
            if (pipe->Readers == 0)
            {
                result = -Errno.EPIPE;
            }
            else if (!pipe->IsFull)
            {
                result = pipe->PutPage(transfer, isPacket);
                total += Math.Max(0, result);
            }
            else
            {
                if (total != 0)
                {
                    TellReaders(pipe);
                }

                result = Wait(transfer, pipe, &pipe->WriteQueue);
            }
        }

        bool isRoomLeft = !pipe->IsFull;
        pipe->Lock.Exit();
        if (result == -Errno.EPIPE)
        {
            SignalSender.RaisePipe();
        }

        if (total != 0)
        {
            TellReaders(pipe);
        }

        if (isRoomLeft)
        {
            Blocking.TellOne(&pipe->WriteQueue);
        }

        return total != 0 ? total : Math.Min(result, 0);
    }

    /// <summary>What poll says.</summary>
    internal static uint Poll(OpenFile* file, WaitNode* node)
    {
        Pipe* pipe = (Pipe*)file->Data;
        Blocking.Watch(&pipe->Watchers, node);
        uint events = 0;
        if (file->CanRead)
        {
            events |= pipe->IsEmpty ? 0 : PollEvents.Readable;

            // A FIFO that was opened before its first writer has not been hung up on.
            bool hadWriter = Volatile.Read(ref pipe->WriterOpens) != (uint)file->Position;
            events |= Volatile.Read(ref pipe->Writers) == 0 && hadWriter ? PollEvents.HangUp : 0;
        }

        if (file->CanWrite)
        {
            events |= pipe->IsFull ? 0 : PollEvents.Writable;
            events |= Volatile.Read(ref pipe->Readers) == 0 ? PollEvents.Error : 0;
        }

        return events;
    }

    /// <summary>FIONREAD.</summary>
    internal static long Control(OpenFile* file, uint request, ulong argument)
    {
        const uint BytesToRead = 0x541b;
        if (request != BytesToRead)
        {
            return -Errno.ENOTTY;
        }

        Pipe* pipe = (Pipe*)file->Data;
        pipe->Lock.Enter();
        long bytes = pipe->ByteCount();
        pipe->Lock.Exit();
        return Memory.UserMemory.TryWrite(argument, (int)bytes) ? 0 : -Errno.EFAULT;
    }

    /// <summary>fcntl F_GETPIPE_SZ.</summary>
    internal static long Size(OpenFile* file) => ((Pipe*)file->Data)->Slots * (long)Memory.KernelPages.Size;

    /// <summary>fcntl F_SETPIPE_SZ.</summary>
    internal static long SetSize(OpenFile* file, ulong bytes)
    {
        Pipe* pipe = (Pipe*)file->Data;
        pipe->Lock.Enter();
        long result = pipe->Resize(bytes);
        pipe->Lock.Exit();
        if (result >= 0)
        {
            pipe->WriteQueue.Wake();
            Blocking.Tell(&pipe->Watchers, uint.MaxValue);
        }

        return result;
    }

    /// <summary>An end is closed for good.</summary>
    internal static void Release(OpenFile* file)
    {
        Pipe* pipe = (Pipe*)file->Data;
        pipe->Lock.Enter();
        pipe->Readers -= file->CanRead ? 1 : 0;
        pipe->Writers -= file->CanWrite ? 1 : 0;
        bool isOneSided = (pipe->Readers == 0) != (pipe->Writers == 0);
        pipe->Lock.Exit();
        if (isOneSided)
        {
            TellAll(pipe);
        }

        Fifo.Release(file->Node, pipe);
    }

    /// <summary>Wakes everybody: an end has come or gone.</summary>
    internal static void TellAll(Pipe* pipe)
    {
        pipe->ReadQueue.Wake();
        pipe->WriteQueue.Wake();
        pipe->Watchers.Wake();
    }

    /// <summary>Bytes have come.</summary>
    internal static void TellReaders(Pipe* pipe)
    {
        Blocking.TellOne(&pipe->ReadQueue);
        Blocking.Tell(&pipe->Watchers, PollEvents.Readable);
    }

    /// <summary>Slots have become free.</summary>
    internal static void TellWriters(Pipe* pipe)
    {
        Blocking.TellOne(&pipe->WriteQueue);
        Blocking.Tell(&pipe->Watchers, PollEvents.Writable);
    }

    /// <summary>Waits in a queue of the pipe.</summary>
    /// <returns>0, or -EAGAIN, -ERESTARTSYS.</returns>
    internal static long Wait(Transfer* transfer, Pipe* pipe, WaitQueue* queue)
        => transfer->NonBlocking ? -Errno.EAGAIN
            : Blocking.Wait(queue, &pipe->Lock, Scheduler.Never) == WakeReason.Interrupted ? -Errno.ERESTARTSYS
            : 0;
}
