using AzaleaOS.Abi;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Sockets;

/// <summary>Sending open files, so that sockets which travel in messages never hold each other for ever.</summary>
/// <remarks>
/// A local socket holds the files in its queue, among them sockets that hold files. Linux lets them hold each other in
/// a circle and collects it later; here a message that would close a circle is refused. <see cref="s_lock"/> is held from
/// the look until the message is in the queue, so that two messages cannot close a circle together; a sender
/// that has to wait for room gives it up.
/// Source: unix(7), SCM_RIGHTS.
/// </remarks>
internal static unsafe class RightsTransfer
{
    // Linux's limit of sockets in sockets (net/unix/scm.c, MAX_RECURSION_LEVEL).
    private const int Deepest = 4;

    // Linux allows as many as RLIMIT_NOFILE of each user.
    private const int MostUnderWay = 16_384;

    private static Mutex s_lock;

    /// <summary>Sends a message with files.</summary>
    /// <returns>Bytes, or a negated error number; then the files are still the message's.</returns>
    internal static long Send(Socket* socket, Socket* receiver, Transfer* transfer, SocketMessage* message)
    {
        bool isNonBlocking = transfer->NonBlocking;
        long deadline = Connections.DeadlineOf(socket->Settings.SendTimeout);
        while (true)
        {
            Transfer attempt = *transfer;
            attempt.NonBlocking = true;
            s_lock.Enter();
            long result = Check(message->Rights, receiver);
            result = result < 0 ? result
                : socket->IsStream ? StreamSocket.Send(socket, &attempt, message)
                : DatagramSocket.SendUnix(socket, receiver, &attempt, message);
            s_lock.Exit();
            if (result >= 0)
            {
                attempt.NonBlocking = isNonBlocking;
                return result + SendRest(socket, &attempt, message);
            }

            if (result != -Errno.EAGAIN || isNonBlocking)
            {
                return result;
            }

            result = WaitForRoom(socket, receiver, deadline);
            if (result < 0)
            {
                return result;
            }
        }
    }

    // The files went with the first bytes of a stream; the others follow.
    private static long SendRest(Socket* socket, Transfer* rest, SocketMessage* message)
        => !socket->IsStream || rest->Left == 0 || rest->NonBlocking ? 0 : Math.Max(0, StreamSocket.Send(socket, rest, message));

    private static long WaitForRoom(Socket* socket, Socket* receiver, long deadline)
    {
        long result = 0;
        receiver->Lock.Enter();
        bool isFull = socket->IsStream ? receiver->Incoming.Charge >= socket->Settings.SendBuffer : DatagramSocket.IsFull(receiver, socket);
        if (isFull && !receiver->IsClosed && !socket->IsWriteShut)
        {
            result = Connections.ResultOf(Blocking.Wait(&receiver->Senders, &receiver->Lock, deadline), deadline);
        }

        receiver->Lock.Exit();
        return result;
    }

    private static long Check(Rights* rights, Socket* receiver)
    {
        if (receiver == null)
        {
            return 0;
        }

        bool isTooMuch = Rights.UnderWay > MostUnderWay;
        for (int i = 0; i < rights->Count && !isTooMuch; i++)
        {
            isTooMuch = Reaches(rights->At(i), receiver, 0);
        }

        return isTooMuch ? -Errno.ETOOMANYREFS : 0;
    }

    private static bool Reaches(OpenFile* file, Socket* target, int depth)
    {
        if (file->Operations != PollableFiles.Socket || !((Socket*)file->Data)->IsUnix)
        {
            return false;
        }

        Socket* socket = (Socket*)file->Data;
        return socket == target || depth == Deepest || QueueReaches(socket, target, depth);
    }

    private static bool QueueReaches(Socket* socket, Socket* target, int depth)
    {
        bool reaches = false;
        socket->Lock.Enter();
        for (Packet* packet = socket->Incoming.First; packet != null && !reaches; packet = packet->Next)
        {
            for (int i = 0; packet->Rights != null && i < packet->Rights->Count && !reaches; i++)
            {
                reaches = Reaches(packet->Rights->At(i), target, depth + 1);
            }
        }

        for (Socket* pending = socket->Pending.First; pending != null && !reaches; pending = pending->NextInList)
        {
            reaches = pending == target || QueueReaches(pending, target, depth);
        }

        socket->Lock.Exit();
        return reaches;
    }
}
