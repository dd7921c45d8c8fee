using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Pipes;

/// <summary>Opening the ends of a pipe, with or without a name.</summary>
/// <remarks>
/// The file holds its pipe as long as somebody has it open; <see cref="s_lock"/> guards which pipe that is and
/// <see cref="Pipe.Users"/>.
/// Source: Linux, fs/pipe.c, fifo_open; fifo(7).
/// </remarks>
internal static unsafe class Fifo
{
    private static Mutex s_lock;

    /// <summary>Opens an end of a FIFO; blocks until there is another end, unless the file is non-blocking or both.</summary>
    /// <returns>0, or -ENXIO, -ENOMEM, -ERESTARTSYS.</returns>
    internal static long Open(OpenFile* file)
    {
        Pipe* pipe = Share(file->Node);
        if (pipe == null)
        {
            return -Errno.ENOMEM;
        }

        file->Data = pipe;
        pipe->Lock.Enter();
        long result = (file->Flags & OpenFlags.AccessMask) switch
        {
            OpenFlags.ReadOnly => OpenReader(file, pipe),
            OpenFlags.WriteOnly => OpenWriter(file, pipe),
            _ => OpenBoth(file, pipe),
        };
        pipe->Lock.Exit();
        if (result < 0)
        {
            file->Data = null;
            Release(file->Node, pipe);
        }

        return result;
    }

    /// <summary>Gives a new open file an end of a pipe that its file has or gets; never blocks.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Attach(OpenFile* file)
    {
        Pipe* pipe = Share(file->Node);
        if (pipe == null)
        {
            return false;
        }

        file->Data = pipe;
        pipe->Lock.Enter();
        pipe->Readers += file->CanRead ? 1 : 0;
        pipe->Writers += file->CanWrite ? 1 : 0;
        pipe->ReaderOpens++;
        pipe->WriterOpens++;
        pipe->Lock.Exit();
        return true;
    }

    /// <summary>An open end, or an attempt to open one, is gone.</summary>
    internal static void Release(FileNode* node, Pipe* pipe)
    {
        s_lock.Enter();
        bool isLast = --pipe->Users == 0;
        if (isLast)
        {
            node->Object = null;
        }

        s_lock.Exit();
        if (isLast)
        {
            Pipe.Free(pipe);
        }
    }

    private static Pipe* Share(FileNode* node)
    {
        s_lock.Enter();
        if (node->Object == null)
        {
            node->Object = Pipe.Make();
        }

        Pipe* pipe = (Pipe*)node->Object;
        if (pipe != null)
        {
            pipe->Users++;
        }

        s_lock.Exit();
        return pipe;
    }

    private static long OpenReader(OpenFile* file, Pipe* pipe)
    {
        pipe->ReaderOpens++;
        if (pipe->Readers++ == 0)
        {
            PipeFile.TellAll(pipe);
        }

        if (pipe->Writers != 0)
        {
            return 0;
        }

        if (file->IsNonBlocking)
        {
            // Poll does not say that it was hung up on until a writer has come and gone.
            file->Position = pipe->WriterOpens;
            return 0;
        }

        long result = WaitForPartner(pipe, &pipe->ReadQueue, &pipe->WriterOpens);
        if (result < 0 && --pipe->Readers == 0)
        {
            PipeFile.TellAll(pipe);
        }

        return result;
    }

    private static long OpenWriter(OpenFile* file, Pipe* pipe)
    {
        if (file->IsNonBlocking && pipe->Readers == 0)
        {
            return -Errno.ENXIO;
        }

        pipe->WriterOpens++;
        if (pipe->Writers++ == 0)
        {
            PipeFile.TellAll(pipe);
        }

        if (pipe->Readers != 0)
        {
            return 0;
        }

        long result = WaitForPartner(pipe, &pipe->WriteQueue, &pipe->ReaderOpens);
        if (result < 0 && --pipe->Writers == 0)
        {
            PipeFile.TellAll(pipe);
        }

        return result;
    }

    private static long OpenBoth(OpenFile* file, Pipe* pipe)
    {
        pipe->ReaderOpens++;
        pipe->WriterOpens++;
        bool isFirst = pipe->Readers++ == 0;
        isFirst |= pipe->Writers++ == 0;
        if (isFirst)
        {
            PipeFile.TellAll(pipe);
        }

        return 0;
    }

    private static long WaitForPartner(Pipe* pipe, WaitQueue* queue, uint* opens)
    {
        uint before = *opens;
        while (*opens == before)
        {
            if (Blocking.Wait(queue, &pipe->Lock, Scheduler.Never) == WakeReason.Interrupted)
            {
                return -Errno.ERESTARTSYS;
            }
        }

        return 0;
    }
}
