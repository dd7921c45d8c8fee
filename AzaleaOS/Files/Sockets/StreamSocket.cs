using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Signals;

namespace AzaleaOS.Files.Sockets;

/// <summary>Bytes through connected stream sockets.</summary>
/// <remarks>Source: Linux, unix_stream_sendmsg, unix_stream_read_generic, tcp_sendmsg, tcp_recvmsg.</remarks>
internal static unsafe class StreamSocket
{
    // How much memory one direction of a TCP connection may take. Linux lets it grow up to its own limit.
    private const int TcpRoom = 256 << 10;

    // So many bytes are sent by local sockets as a whole or not at all, about as in Linux.
    private const ulong LargestPiece = 100_000;

    /// <summary>Sends bytes; waits for room unless the call is non-blocking.</summary>
    /// <returns>Bytes, or a negated error number.</returns>
    internal static long Send(Socket* socket, Transfer* transfer, SocketMessage* message)
    {
        long deadline = Connections.DeadlineOf(socket->Settings.SendTimeout);
        long result = CheckSend(socket, transfer, message, deadline);
        long total = 0;
        if (result == 0)
        {
            // The other side of a connected stream does not change while the socket is open.
            Socket* peer = socket->Peer;
            peer->Lock.Enter();
            result = SendLocked(socket, peer, transfer, message, deadline, out total);
            bool isGone = peer->IsClosed;
            bool isRoomLeft = peer->Incoming.Charge < RoomOf(socket);
            peer->Lock.Exit();
            if (total != 0)
            {
                Socket.TellReaders(peer);
            }

            if (isRoomLeft)
            {
                Blocking.TellOne(&peer->Senders);
            }

            if (isGone && socket->IsTcp && total != 0)
            {
                // What was sent to a closed side is answered with a reset.
                Connections.Break(socket, Errno.EPIPE);
            }
        }

        if (total == 0 && result == -Errno.EPIPE && (message->Flags & MessageFlags.NoSignal) == 0)
        {
            SignalSender.RaisePipe();
        }

        return total != 0 ? total : result;
    }

    /// <summary>Receives bytes; waits until there are some unless the call is non-blocking.</summary>
    /// <returns>Bytes, 0 at the end, or a negated error number.</returns>
    internal static long Receive(Socket* socket, Transfer* transfer, SocketMessage* message)
    {
        bool isPeek = (message->Flags & MessageFlags.Peek) != 0;
        long deadline = Connections.DeadlineOf(socket->Settings.ReceiveTimeout);
        long target = (message->Flags & MessageFlags.WaitAll) != 0 && !isPeek ? (long)transfer->Left : Math.Min((long)transfer->Left, socket->Settings.ReceiveLowWater);
        long total = 0;
        long result = 0;
        Packet* used = null;
        socket->Lock.Enter();
        bool hasRoom = false;
        while (true)
        {
            // Each time anew: while this waited, the sender may have filled the queue and begun to wait in turn.
            bool wasWritable = IsWritable(socket, socket->Peer);
            result = isPeek ? Peek(socket, transfer, message, ref total) : TakeOut(socket, transfer, message, ref total, ref used);
            hasRoom |= !wasWritable && IsWritable(socket, socket->Peer);
            if (result < 0 || (transfer->Left == 0 && (total != 0 || !socket->Incoming.IsEmpty)) || total >= Math.Max(1, target) || message->IsEnded)
            {
                break;
            }

            result = Wait(socket, transfer, total, deadline);
            if (result != 0)
            {
                result = result == AtEnd ? 0 : result;
                break;
            }
        }

        bool isHalfEmpty = socket->Incoming.Charge * 2L <= RoomOf(socket->Peer);
        bool isLeft = !socket->Incoming.IsEmpty;
        socket->Lock.Exit();
        if (hasRoom)
        {
            Socket.TellSenders(socket);
        }
        else if (isHalfEmpty)
        {
            Blocking.TellOne(&socket->Senders);
        }

        if (isLeft && !isPeek)
        {
            Blocking.TellOne(&socket->Readers);
        }

        Connections.FreeAll(used);
        return total != 0 ? total : result;
    }

    /// <summary>Whether a sender has so much room in the receiver's queue that poll says so.</summary>
    /// <param name="receiver">Who receives.</param>
    /// <param name="sender">Who sends; null if it is closed.</param>
    internal static bool IsWritable(Socket* receiver, Socket* sender)
        => sender == null ? true
            : receiver->IsUnix ? receiver->Incoming.Charge * 4L <= sender->Settings.SendBuffer
            : receiver->Incoming.Charge * 3L <= 2L * TcpRoom;

    private const long AtEnd = 1;

    // How much memory what a sender has sent may take.
    private static int RoomOf(Socket* sender) => sender != null && sender->IsUnix ? sender->Settings.SendBuffer : TcpRoom;

    private static long CheckSend(Socket* socket, Transfer* transfer, SocketMessage* message, long deadline)
    {
        if ((message->Flags & MessageFlags.OutOfBand) != 0)
        {
            return -Errno.EOPNOTSUPP;
        }

        if (socket->IsUnix)
        {
            return message->HasAddress ? (socket->State == SocketState.Connected ? -Errno.EISCONN : -Errno.EOPNOTSUPP)
                : socket->State != SocketState.Connected ? -Errno.ENOTCONN
                : socket->IsWriteShut ? -Errno.EPIPE
                : transfer->Left <= LargestPiece && !transfer->IsReadable ? -Errno.EFAULT
                : 0;
        }

        socket->Lock.Enter();
        long result = Connections.WaitUntilConnected(socket, transfer->NonBlocking, deadline);
        if (result == 0 && (socket->Error != 0 || socket->IsWriteShut || socket->State != SocketState.Connected))
        {
            result = Socket.TakeError(socket);
            result = result == 0 ? -Errno.EPIPE : result;
        }

        socket->Lock.Exit();
        return result;
    }

    private static long SendLocked(Socket* socket, Socket* peer, Transfer* transfer, SocketMessage* message, long deadline, out long total)
    {
        total = 0;
        while (transfer->Left != 0)
        {
            if (socket->IsWriteShut || (socket->IsUnix && peer->IsClosed))
            {
                return -Errno.EPIPE;
            }

            if (peer->IsClosed)
            {
                // TCP: the bytes are on their way; nobody will read them.
                total += (long)transfer->Left;
                return 0;
            }

            long result;
            if (peer->Incoming.Charge < RoomOf(socket))
            {
                result = Put(peer, transfer, message);
                total += Math.Max(0, result);
            }
            else
            {
                if (total != 0)
                {
                    Socket.TellReaders(peer);
                }

                result = transfer->NonBlocking ? -Errno.EAGAIN
                    : Connections.ResultOf(Blocking.Wait(&peer->Senders, &peer->Lock, deadline), deadline);
            }

            if (result < 0)
            {
                return result;
            }
        }

        return 0;
    }

    // Adds to the last packet if that is of the same kind, or makes a new one.
    private static long Put(Socket* peer, Transfer* transfer, SocketMessage* message)
    {
        Packet* last = peer->Incoming.Last;
        bool isJoined = last != null && last->Rights == null && message->Rights == null && last->End < last->Room && last->HasCredentials == message->HasCredentials;
        if (isJoined)
        {
            ulong wanted = Math.Min(transfer->Left, (ulong)(last->Room - last->End));
            ulong taken = transfer->Take(Packet.Data(last) + last->End, wanted);
            last->End += (ushort)taken;
            peer->Incoming.Grew((int)taken);
            return taken == wanted ? (long)taken : taken != 0 ? (long)taken : -Errno.EFAULT;
        }

        Packet* made = Packet.Make(transfer->Left);
        if (made == null)
        {
            return -Errno.ENOMEM;
        }

        ulong room = Math.Min(transfer->Left, made->Room);
        ulong copied = transfer->Take(Packet.Data(made), room);
        if (copied == 0)
        {
            Packet.Free(made);
            return -Errno.EFAULT;
        }

        made->End = (ushort)copied;
        made->Rights = message->Rights;
        made->HasCredentials = message->HasCredentials;
        made->Credentials = message->Credentials;
        message->Rights = null;
        peer->Incoming.Add(made);
        return (long)copied;
    }

    private static long TakeOut(Socket* socket, Transfer* transfer, SocketMessage* message, ref long total, ref Packet* used)
    {
        while (transfer->Left != 0 && !socket->Incoming.IsEmpty)
        {
            Packet* packet = socket->Incoming.First;
            if (!message->Accepts(packet, socket))
            {
                message->IsEnded = true;
                return 0;
            }

            ulong wanted = Math.Min(transfer->Left, (ulong)packet->Count);
            ulong copied = transfer->Put(Packet.Data(packet) + packet->Begin, wanted);
            if (copied < wanted)
            {
                return -Errno.EFAULT;
            }

            total += (long)copied;
            packet->Begin += (ushort)copied;
            socket->Incoming.Shrank((int)copied);
            bool hasRights = packet->Rights != null;
            message->Take(packet);
            if (packet->Count == 0)
            {
                Packet* taken = socket->Incoming.TakeFirst();
                taken->Next = used;
                used = taken;
            }

            if (hasRights)
            {
                message->IsEnded = true;
                return 0;
            }
        }

        return 0;
    }

    private static long Peek(Socket* socket, Transfer* transfer, SocketMessage* message, ref long total)
    {
        for (Packet* packet = socket->Incoming.First; packet != null && transfer->Left != 0; packet = packet->Next)
        {
            if (!message->Accepts(packet, socket))
            {
                break;
            }

            ulong wanted = Math.Min(transfer->Left, (ulong)packet->Count);
            ulong copied = transfer->Put(Packet.Data(packet) + packet->Begin, wanted);
            if (copied < wanted)
            {
                return -Errno.EFAULT;
            }

            total += (long)copied;
            message->Look(packet);
            if (packet->Rights != null)
            {
                break;
            }
        }

        return 0;
    }

    // There is nothing more in the queue: 0 after waiting, AtEnd, or an error.
    private static long Wait(Socket* socket, Transfer* transfer, long total, long deadline)
    {
        if (socket->IsUnix && socket->State != SocketState.Connected)
        {
            return -Errno.EINVAL;
        }

        if (total == 0 && !(socket->IsTcp && socket->HasSeenEnd) && socket->Error != 0)
        {
            return Socket.TakeError(socket);
        }

        if (socket->IsReadShut)
        {
            return AtEnd;
        }

        if (socket->State is SocketState.New or SocketState.Listening)
        {
            return -Errno.ENOTCONN;
        }

        return transfer->NonBlocking ? -Errno.EAGAIN
            : Connections.ResultOf(Blocking.Wait(&socket->Readers, &socket->Lock, deadline), deadline);
    }
}
