using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files.Sockets;

/// <summary>Sending and receiving, for sockets of every kind.</summary>
internal static unsafe class SocketTransfers
{
    /// <summary>Sends bytes or a message.</summary>
    /// <returns>Bytes, or a negated error number. What goes with the message is the socket's or closed afterwards.</returns>
    internal static long Send(Socket* socket, Transfer* transfer, SocketMessage* message)
    {
        transfer->NonBlocking |= (message->Flags & MessageFlags.DoNotWait) != 0;
        if (socket->IsUnix && !message->HasCredentials)
        {
            Socket* peer = socket->Peer;
            message->HasCredentials = socket->Settings.PassCredentials || (peer != null && peer->Settings.PassCredentials);
            message->Credentials = Socket.Own;
        }

        long result = socket->IsStream && message->Rights != null ? RightsTransfer.Send(socket, socket->Peer, transfer, message)
            : socket->IsStream ? StreamSocket.Send(socket, transfer, message)
            : (message->Flags & MessageFlags.OutOfBand) != 0 ? -Errno.EOPNOTSUPP
            : socket->IsUnix ? SendUnix(socket, transfer, message)
            : SendUdp(socket, transfer, message);
        Rights.Drop(message->Rights);
        message->Rights = null;
        return result;
    }

    /// <summary>Receives bytes or a message.</summary>
    /// <returns>Bytes, or a negated error number. What came with the message is the caller's.</returns>
    internal static long Receive(Socket* socket, Transfer* transfer, SocketMessage* message)
    {
        transfer->NonBlocking |= (message->Flags & MessageFlags.DoNotWait) != 0;
        if ((message->Flags & MessageFlags.OutOfBand) != 0)
        {
            return socket->IsTcp ? -Errno.EINVAL : -Errno.EOPNOTSUPP;
        }

        if ((message->Flags & MessageFlags.ErrorQueue) != 0)
        {
            return socket->IsUnix ? -Errno.EOPNOTSUPP : -Errno.EAGAIN;
        }

        return socket->IsStream ? StreamSocket.Receive(socket, transfer, message) : DatagramSocket.Receive(socket, transfer, message);
    }

    private static long SendUnix(Socket* socket, Transfer* transfer, SocketMessage* message)
    {
        Socket* target;
        if (socket->IsConnectionBased)
        {
            // Sequential packets go to the other side, whatever address is given.
            long error = Socket.TakeError(socket);
            if (error < 0)
            {
                return error;
            }

            if (socket->State != SocketState.Connected)
            {
                return -Errno.ENOTCONN;
            }

            target = Socket.HoldPeer(socket);
        }
        else if (message->HasAddress)
        {
            long result = SocketAddresses.FindUnix(socket, message->Start, message->Address, out target);
            if (result < 0)
            {
                // Linux copies the message before it looks for the receiver.
                return result == -Errno.EINVAL || transfer->IsReadable ? result : -Errno.EFAULT;
            }

            message->HasCredentials |= target->Settings.PassCredentials;
        }
        else
        {
            target = Socket.HoldPeer(socket);
        }

        if (socket->Settings.PassCredentials && socket->Name == null && !socket->IsConnectionBased)
        {
            UnixNames.BindAutomatic(socket);
        }

        long sent = target != null && message->Rights != null ? RightsTransfer.Send(socket, target, transfer, message)
            : DatagramSocket.SendUnix(socket, target, transfer, message);
        Socket.Drop(target);
        return sent;
    }

    private static long SendUdp(Socket* socket, Transfer* transfer, SocketMessage* message)
    {
        // Linux gives a port even if nothing can be sent.
        if (!socket->IsBound && InternetPorts.Bind(socket, socket->Local) < 0 && !socket->IsBound)
        {
            return -Errno.EAGAIN;
        }

        InternetEndpoint to = socket->Remote;
        if (message->HasAddress)
        {
            long result = SocketAddresses.ReadInternet(socket, message->Address, out to);
            if (result < 0)
            {
                return result;
            }

            if (to.Port == 0)
            {
                return -Errno.EINVAL;
            }

            to = to.OrLoopback();
            if (!to.IsLoopback)
            {
                return -Errno.ENETUNREACH;
            }
        }
        else if (to.Port == 0)
        {
            return -Errno.EDESTADDRREQ;
        }

        long error = Socket.TakeError(socket);
        if (error < 0)
        {
            return error;
        }

        if (socket->IsWriteShut)
        {
            return -Errno.EPIPE;
        }

        return DatagramSocket.SendUdp(socket, to, transfer);
    }
}
