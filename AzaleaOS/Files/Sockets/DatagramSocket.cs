using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files.Sockets;

/// <summary>Messages through datagram sockets and through connections of sequential packets.</summary>
/// <remarks>Source: Linux, unix_dgram_sendmsg, unix_dgram_recvmsg, udp_sendmsg, udp_recvmsg.</remarks>
internal static unsafe class DatagramSocket
{
    // net.unix.max_dgram_qlen.
    private const int LongestUnixQueue = 10;
    private const ulong LargestUdp = 65507;

    // Linux keeps this much of the buffer for itself.
    private const int ReservedBytes = 32;

    /// <summary>Sends a message as a whole.</summary>
    /// <param name="socket">Who sends.</param>
    /// <param name="target">To whom, held by the caller; null for nobody.</param>
    /// <param name="transfer">The message.</param>
    /// <param name="message">What goes with it.</param>
    /// <returns>Its bytes, or a negated error number.</returns>
    internal static long SendUnix(Socket* socket, Socket* target, Transfer* transfer, SocketMessage* message)
    {
        long length = (long)transfer->Left;
        if (length > socket->Settings.SendBuffer - ReservedBytes)
        {
            return -Errno.EMSGSIZE;
        }

        if (socket->IsWriteShut)
        {
            return -Errno.EPIPE;
        }

        long result = Packet.Datagram(transfer, out Packet* packet);
        if (result < 0)
        {
            return result;
        }

        if (target == null)
        {
            Packet.Free(packet);
            return -Errno.ENOTCONN;
        }

        packet->Rights = message->Rights;
        packet->HasCredentials = message->HasCredentials;
        packet->Credentials = message->Credentials;
        packet->SenderName = UnixName.Hold(socket->Name);
        message->Rights = null;
        long deadline = Connections.DeadlineOf(socket->Settings.SendTimeout);
        target->Lock.Enter();
        result = Admit(socket, target, transfer->NonBlocking, deadline);
        if (result >= 0)
        {
            target->Incoming.Add(packet);
        }

        bool isRoomLeft = !IsFull(target, socket);
        target->Lock.Exit();
        if (isRoomLeft)
        {
            Blocking.TellOne(&target->Senders);
        }

        if (result < 0)
        {
            message->Rights = packet->Rights;
            packet->Rights = null;
            Packet.Free(packet);
        }
        else
        {
            Socket.TellReaders(target);
        }

        if (result == -Errno.ECONNREFUSED)
        {
            Forget(socket, target);
        }

        return result < 0 ? result : length;
    }

    /// <summary>Sends a UDP packet. One that nobody wants, or for which there is no room, is lost.</summary>
    /// <param name="socket">Who sends; bound.</param>
    /// <param name="to">Where to.</param>
    /// <param name="transfer">The packet.</param>
    internal static long SendUdp(Socket* socket, in InternetEndpoint to, Transfer* transfer)
    {
        long length = (long)transfer->Left;
        if (transfer->Left > LargestUdp)
        {
            return -Errno.EMSGSIZE;
        }

        long result = Packet.Datagram(transfer, out Packet* packet);
        if (result < 0)
        {
            return result;
        }

        InternetEndpoint from = socket->Local.IsWildcard ? to.Source(socket->Local.Port) : socket->Local;
        packet->Sender = from;
        Socket* target = InternetPorts.FindReceiver(from, to);
        bool isTaken = false;
        if (target != null)
        {
            target->Lock.Enter();
            isTaken = !target->IsClosed && target->Incoming.Charge < target->Settings.ReceiveBuffer;
            if (isTaken)
            {
                target->Incoming.Add(packet);
            }

            target->Lock.Exit();
            if (isTaken)
            {
                Socket.TellReaders(target);
            }

            Socket.Drop(target);
        }
        else if (socket->Remote.Port != 0)
        {
            // A connected socket hears of it at its next call.
            socket->Lock.Enter();
            socket->Error = (int)Errno.ECONNREFUSED;
            socket->Lock.Exit();
            Socket.TellAll(socket);
        }

        if (!isTaken)
        {
            Packet.Free(packet);
        }

        return length;
    }

    /// <summary>Receives one message; what the buffer has no room for is lost.</summary>
    /// <returns>Its bytes, 0 at the end, or a negated error number.</returns>
    internal static long Receive(Socket* socket, Transfer* transfer, SocketMessage* message)
    {
        bool isPeek = (message->Flags & MessageFlags.Peek) != 0;
        long deadline = Connections.DeadlineOf(socket->Settings.ReceiveTimeout);
        socket->Lock.Enter();
        long result = 0;
        while (true)
        {
            result = Socket.TakeError(socket);
            if (result < 0 || !socket->Incoming.IsEmpty)
            {
                break;
            }

            result = Wait(socket, transfer, deadline);
            if (result != 0)
            {
                break;
            }
        }

        if (result != 0 || socket->Incoming.IsEmpty)
        {
            socket->Lock.Exit();
            return result == AtEnd ? 0 : result;
        }

        bool wasFull = !IsWritableUnix(socket);
        Packet* packet = isPeek ? socket->Incoming.First : socket->Incoming.TakeFirst();
        result = Deliver(packet, socket, transfer, message, isPeek);
        bool isLeft = !socket->Incoming.IsEmpty;
        bool hasRoom = wasFull && IsWritableUnix(socket);
        socket->Lock.Exit();
        if (!isPeek)
        {
            Packet.Free(packet);
        }

        if (hasRoom)
        {
            Socket.TellSenders(socket);
        }
        else if (!isPeek)
        {
            Blocking.TellOne(&socket->Senders);
        }

        if (isLeft)
        {
            Blocking.TellOne(&socket->Readers);
        }

        return result;
    }

    /// <summary>Whether there is so much room in the queue of a local socket that poll says so to senders.</summary>
    internal static bool IsWritableUnix(Socket* target)
        => target->Incoming.Charge * 4L <= target->Settings.SendBuffer && target->Incoming.Count <= LongestUnixQueue;

    /// <summary>Whether a connected local socket can send, as poll says it.</summary>
    internal static bool CanSend(Socket* socket, Socket* target)
        => target->Incoming.Charge * 4L <= socket->Settings.SendBuffer
            && (target->Peer == socket || target->Incoming.Count <= LongestUnixQueue);

    private const long AtEnd = 1;

    // Waits until a message may be put into the target's queue. Its lock is held.
    private static long Admit(Socket* socket, Socket* target, bool isNonBlocking, long deadline)
    {
        while (true)
        {
            if (target->IsClosed)
            {
                return socket->IsConnectionBased ? -Errno.EPIPE : -Errno.ECONNREFUSED;
            }

            if (target->Peer != null && target->Peer != socket)
            {
                return -Errno.EPERM;
            }

            if (target->IsReadShut || socket->IsWriteShut)
            {
                return -Errno.EPIPE;
            }

            if (!IsFull(target, socket))
            {
                return 0;
            }

            long result = isNonBlocking ? -Errno.EAGAIN
                : Connections.ResultOf(Blocking.Wait(&target->Senders, &target->Lock, deadline), deadline);
            if (result < 0)
            {
                return result;
            }
        }
    }

    /// <summary>Whether a message from a socket has to wait.</summary>
    internal static bool IsFull(Socket* target, Socket* socket)
        => target->Incoming.Charge >= socket->Settings.SendBuffer
            || (target->Peer != socket && target->Incoming.Count > LongestUnixQueue);

    private static long Wait(Socket* socket, Transfer* transfer, long deadline)
    {
        if (socket->IsConnectionBased)
        {
            if (socket->State != SocketState.Connected)
            {
                return -Errno.ENOTCONN;
            }

            if (socket->IsReadShut)
            {
                return AtEnd;
            }
        }

        return transfer->NonBlocking ? -Errno.EAGAIN
            : socket->IsReadShut ? AtEnd
            : Connections.ResultOf(Blocking.Wait(&socket->Readers, &socket->Lock, deadline), deadline);
    }

    private static long Deliver(Packet* packet, Socket* socket, Transfer* transfer, SocketMessage* message, bool isPeek)
    {
        ulong room = transfer->Left;
        for (Packet* piece = packet; piece != null && transfer->Left != 0; piece = piece->More)
        {
            ulong wanted = Math.Min(transfer->Left, (ulong)piece->Count);
            if (transfer->Put(Packet.Data(piece) + piece->Begin, wanted) != wanted)
            {
                return -Errno.EFAULT;
            }
        }

        bool isTruncated = (ulong)packet->Length > room;
        message->Answer |= isTruncated ? MessageFlags.Truncated : 0;
        message->HasAddress = socket->IsUnix ? packet->SenderName != null : true;
        if (message->HasAddress)
        {
            message->Address = socket->IsUnix
                ? SocketAddresses.OfName(packet->SenderName)
                : SocketAddress.Of(socket->Family, packet->Sender);
        }

        if (isPeek)
        {
            message->Look(packet);
        }
        else
        {
            message->Take(packet);
        }

        bool isWhole = isTruncated && (message->Flags & MessageFlags.Truncated) == 0;
        return isWhole ? (long)room : packet->Length;
    }

    // Whom it was connected to is closed: it is connected to nobody.
    private static void Forget(Socket* socket, Socket* target)
    {
        socket->Lock.Enter();
        Socket* peer = socket->Peer == target ? Socket.Detach(socket) : null;
        socket->Lock.Exit();
        Socket.Drop(peer);
    }
}
