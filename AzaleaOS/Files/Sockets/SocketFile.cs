using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Sockets;

/// <summary>A socket as an open file.</summary>
internal static unsafe class SocketFile
{
    /// <summary>read: recv without flags.</summary>
    internal static long Read(OpenFile* file, Transfer* transfer)
    {
        if (transfer->Left == 0)
        {
            // Unlike recv, which waits: net/socket.c, sock_read_iter.
            return 0;
        }

        SocketMessage message = default;
        long result = SocketTransfers.Receive((Socket*)file->Data, transfer, &message);
        Rights.Drop(message.Rights);
        return result;
    }

    /// <summary>write: send without flags.</summary>
    internal static long Write(OpenFile* file, Transfer* transfer)
    {
        SocketMessage message = default;
        return SocketTransfers.Send((Socket*)file->Data, transfer, &message);
    }

    /// <summary>What poll says.</summary>
    internal static uint Poll(OpenFile* file, WaitNode* node)
    {
        Socket* socket = (Socket*)file->Data;
        Blocking.Watch(&socket->Watchers, node);
        if (socket->State == SocketState.Listening)
        {
            return Ended(socket) | (socket->Pending.Count != 0 ? PollEvents.Readable : 0);
        }

        uint events = Ended(socket);
        events |= Volatile.Read(ref socket->Error) != 0 ? PollEvents.Error : 0;
        events |= socket->IsReadShut && socket->IsWriteShut ? PollEvents.HangUp : 0;
        events |= socket->IsConnectionBased && socket->State is SocketState.New or SocketState.Broken ? PollEvents.HangUp : 0;
        if (socket->State == SocketState.Connecting)
        {
            return events;
        }

        events |= socket->Incoming.IsEmpty ? 0 : PollEvents.Readable;
        return events | (CanSend(socket) ? PollEvents.Writable | (socket->IsTcp ? 0 : PollEvents.WriteBand) : 0);
    }

    /// <summary>FIONREAD and TIOCOUTQ.</summary>
    internal static long Control(OpenFile* file, uint request, ulong argument)
    {
        const uint BytesToRead = 0x541b, BytesToSend = 0x5411;
        Socket* socket = (Socket*)file->Data;
        if (request == BytesToSend)
        {
            return UserMemory.TryWrite(argument, socket->IsUnix ? Unread(socket) : 0) ? 0 : -Errno.EFAULT;
        }

        if (request != BytesToRead)
        {
            return -Errno.ENOTTY;
        }

        if (socket->State == SocketState.Listening)
        {
            return -Errno.EINVAL;
        }

        socket->Lock.Enter();
        Packet* first = socket->Incoming.First;
        long bytes = socket->Type != SocketType.Datagram ? socket->Incoming.Bytes : first == null ? 0 : first->Length;
        socket->Lock.Exit();
        return UserMemory.TryWrite(argument, (int)bytes) ? 0 : -Errno.EFAULT;
    }

    // What was sent and the other side has not read yet; a TCP connection's other side acknowledges at once.
    private static int Unread(Socket* socket)
    {
        Socket* peer = Sockets.Socket.HoldPeer(socket);
        int bytes = peer == null ? 0 : (int)peer->Incoming.Bytes;
        Sockets.Socket.Drop(peer);
        return bytes;
    }

    /// <summary>The last descriptor is closed.</summary>
    internal static void Release(OpenFile* file) => Connections.Close((Socket*)file->Data);

    private static uint Ended(Socket* socket)
        => socket->IsReadShut ? PollEvents.Readable | PollEvents.ReadHangUp : 0;

    // The other side may be taken apart only after it was taken off here, and its memory stays a socket's.
    private static bool CanSend(Socket* socket)
    {
        Socket* peer = (Socket*)Volatile.Read(ref *(nint*)&socket->Peer);
        return socket->IsTcp && socket->IsWriteShut ? true
            : peer == null || (!socket->IsUnix && !socket->IsStream) ? true
            : socket->IsStream ? StreamSocket.IsWritable(peer, socket)
            : DatagramSocket.CanSend(socket, peer);
    }
}
