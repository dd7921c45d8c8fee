using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Sockets;

/// <summary>Making and ending connections.</summary>
internal static unsafe class Connections
{
    // net.core.somaxconn.
    private const int LargestBacklog = 4096;

    /// <summary>Connects two new sockets with each other: socketpair.</summary>
    internal static void Pair(Socket* one, Socket* two)
    {
        Socket.Attach(one, Socket.Hold(two));
        Socket.Attach(two, Socket.Hold(one));
        if (one->IsConnectionBased)
        {
            one->State = SocketState.Connected;
            two->State = SocketState.Connected;
        }
    }

    /// <summary>listen.</summary>
    /// <returns>0, or -EOPNOTSUPP, -EINVAL, -EADDRINUSE.</returns>
    internal static long Listen(Socket* socket, int backlog)
    {
        if (!socket->IsConnectionBased)
        {
            return -Errno.EOPNOTSUPP;
        }

        socket->Lock.Enter();
        long result = socket->State is not (SocketState.New or SocketState.Listening) ? -Errno.EINVAL : 0;
        if (result == 0 && socket->IsUnix)
        {
            result = socket->Name == null ? -Errno.EINVAL : 0;
            socket->State = result == 0 ? SocketState.Listening : socket->State;
        }
        else if (result == 0)
        {
            // Without an address it gets a port of its own, at every address.
            result = socket->IsBound ? 0 : InternetPorts.Bind(socket, socket->Local);
            result = result < 0 || socket->State == SocketState.Listening ? result : InternetPorts.Listen(socket);
        }

        if (result == 0)
        {
            socket->Backlog = (int)Math.Min((uint)backlog, LargestBacklog);
            socket->PeerCredentials = Socket.Own;
        }

        socket->Lock.Exit();
        if (result == 0)
        {
            Socket.TellAll(socket);
        }

        return result;
    }

    /// <summary>Connects to a local listener.</summary>
    /// <param name="socket">A stream or sequential socket.</param>
    /// <param name="listener">Whom the name leads to.</param>
    /// <param name="isNonBlocking">Do not wait for room in the listener's queue.</param>
    /// <returns>0, or a negated error number.</returns>
    internal static long ConnectUnix(Socket* socket, Socket* listener, bool isNonBlocking)
    {
        if (listener->Type != socket->Type)
        {
            return -Errno.EPROTOTYPE;
        }

        long deadline = DeadlineOf(socket->Settings.SendTimeout);
        listener->Lock.Enter();
        long result;
        while (true)
        {
            result = listener->IsClosed || listener->State != SocketState.Listening || listener->IsReadShut ? -Errno.ECONNREFUSED
                : listener->Pending.Count <= listener->Backlog ? Establish(listener, socket)
                : isNonBlocking ? -Errno.EAGAIN
                : 1;
            if (result <= 0)
            {
                break;
            }

            WakeReason reason = Blocking.Wait(&listener->Senders, &listener->Lock, deadline);
            if (reason != WakeReason.Woken)
            {
                result = reason == WakeReason.TimedOut ? -Errno.EAGAIN : Interrupted(deadline);
                break;
            }
        }

        listener->Lock.Exit();
        if (result == 0)
        {
            Socket.TellReaders(listener);
        }

        return result;
    }

    /// <summary>Connects to a TCP listener on this machine.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="to">The address.</param>
    /// <param name="isNonBlocking">Begin, and do not wait.</param>
    /// <returns>0, or a negated error number.</returns>
    internal static long ConnectTcp(Socket* socket, in InternetEndpoint to, bool isNonBlocking)
    {
        long result = BeginTcp(socket, to, isNonBlocking);
        return result <= 0 ? result : WaitForTcp(socket, isNonBlocking);
    }

    /// <summary>Ends a TCP attempt that waits, or waits for it: also what a write to a connecting socket does.</summary>
    /// <returns>0, or -EAGAIN, -ERESTARTSYS, the error of the attempt.</returns>
    internal static long WaitUntilConnected(Socket* socket, bool isNonBlocking, long deadline)
    {
        while (socket->State == SocketState.Connecting)
        {
            if (isNonBlocking)
            {
                return -Errno.EAGAIN;
            }

            WakeReason reason = Blocking.Wait(&socket->Readers, &socket->Lock, deadline);
            if (reason != WakeReason.Woken)
            {
                return reason == WakeReason.TimedOut ? -Errno.EAGAIN : Interrupted(deadline);
            }
        }

        return 0;
    }

    /// <summary>accept: takes the oldest connection.</summary>
    /// <param name="listener">Who listens.</param>
    /// <param name="isNonBlocking">Do not wait for one.</param>
    /// <param name="accepted">The new socket; the reference is the caller's.</param>
    /// <returns>0, or -EINVAL, -EAGAIN, -ERESTARTSYS.</returns>
    internal static long Accept(Socket* listener, bool isNonBlocking, out Socket* accepted)
    {
        accepted = null;
        if (!listener->IsConnectionBased)
        {
            return -Errno.EOPNOTSUPP;
        }

        long deadline = DeadlineOf(listener->Settings.ReceiveTimeout);
        long result = 0;
        listener->Lock.Enter();
        while (result == 0 && (accepted = listener->Pending.TakeFirst()) == null)
        {
            result = listener->State != SocketState.Listening || (listener->IsReadShut && !isNonBlocking) ? -Errno.EINVAL
                : isNonBlocking ? -Errno.EAGAIN
                : ResultOf(Blocking.Wait(&listener->Readers, &listener->Lock, deadline), deadline);
        }

        Socket* waiter = accepted == null ? null : listener->Waiting.TakeFirst();
        long promoted = waiter == null ? -1 : Establish(listener, waiter);
        bool isLeft = listener->Pending.Count != 0;
        listener->Lock.Exit();
        if (waiter != null)
        {
            if (promoted < 0)
            {
                Break(waiter, Errno.ECONNREFUSED);
            }

            Socket.TellAll(waiter);
            Socket.Drop(waiter);
        }
        else if (accepted != null)
        {
            Blocking.TellOne(&listener->Senders);
        }

        if (isLeft)
        {
            Socket.TellReaders(listener);
        }

        return result;
    }

    /// <summary>shutdown.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="how">0 for reading, 1 for writing, 2 for both.</param>
    /// <returns>0, or -EINVAL, -ENOTCONN.</returns>
    internal static long ShutDown(Socket* socket, int how)
    {
        const int Read = 0, Write = 1, Both = 2;
        if (how is < Read or > Both)
        {
            return -Errno.EINVAL;
        }

        bool reads = how is Read or Both;
        bool writes = how is Write or Both;
        socket->Lock.Enter();
        bool isConnected = socket->State == SocketState.Connected || (socket->IsUnix ? true : !socket->IsStream && socket->Remote.Port != 0);
        if (socket->IsTcp && socket->State == SocketState.Listening)
        {
            socket->Lock.Exit();
            if (reads)
            {
                StopListening(socket);
            }

            return 0;
        }

        if (!isConnected || (socket->IsTcp && socket->IsReadShut && socket->IsWriteShut && socket->HasSeenEnd))
        {
            bool isUdp = !socket->IsUnix && !socket->IsStream;
            socket->IsReadShut |= isUdp && reads;
            socket->IsWriteShut |= isUdp && writes;
            socket->Lock.Exit();
            Socket.TellAll(socket);
            return -Errno.ENOTCONN;
        }

        socket->IsReadShut |= reads;
        socket->IsWriteShut |= writes;
        Socket* peer = socket->IsConnectionBased && socket->Peer != null ? Socket.Hold(socket->Peer) : null;
        socket->Lock.Exit();
        Socket.TellAll(socket);
        if (peer != null)
        {
            // The other side sees its own half of it; TCP does not say that nobody reads any more.
            peer->Lock.Enter();
            peer->IsReadShut |= writes;
            peer->HasSeenEnd |= writes;
            peer->IsWriteShut |= reads && socket->IsUnix;
            peer->Lock.Exit();
            Socket.TellAll(peer);
            Socket.Drop(peer);
        }

        return 0;
    }

    /// <summary>The last descriptor of a socket is closed.</summary>
    internal static void Close(Socket* socket)
    {
        if (socket->IsUnix)
        {
            UnixNames.Forget(socket);
        }

        socket->Lock.Enter();
        bool isListener = socket->State == SocketState.Listening;
        Socket* waitsFor = socket->Listener;
        socket->Listener = null;
        socket->IsClosed = true;
        bool isUnread = !socket->Incoming.IsEmpty || (socket->Settings.Lingers && socket->Settings.LingerSeconds == 0 && !socket->IsUnix);
        Packet* packets = socket->Incoming.TakeAll();
        Socket* peer = Socket.Detach(socket);
        socket->Lock.Exit();
        if (!socket->IsUnix)
        {
            InternetPorts.Forget(socket);
        }

        Socket.TellAll(socket);
        if (isListener)
        {
            StopListening(socket);
        }

        if (waitsFor != null)
        {
            Leave(waitsFor, socket);
        }

        if (peer != null && socket->IsConnectionBased)
        {
            TellEnd(socket, peer, isUnread);
        }

        FreeAll(packets);
        Socket.Drop(peer);
        Socket.Drop(socket);
    }

    /// <summary>A connection has come to a bad end. The lock is not held.</summary>
    internal static void Break(Socket* socket, Errno error)
    {
        socket->Lock.Enter();
        BreakLocked(socket, error);
        socket->Lock.Exit();
        Socket.TellAll(socket);
    }

    /// <summary>Frees a list of packets. No lock is held.</summary>
    internal static void FreeAll(Packet* packets)
    {
        while (packets != null)
        {
            Packet* next = packets->Next;
            Packet.Free(packets);
            packets = next;
        }
    }

    /// <summary>When a span ends that a socket option gives.</summary>
    internal static long DeadlineOf(long timeout)
    {
        if (timeout == Scheduler.Never)
        {
            return Scheduler.Never;
        }

        long now = Clock.Monotonic();
        return timeout >= Scheduler.Never - now ? Scheduler.Never : now + timeout;
    }

    /// <summary>What an interrupted call on a socket returns: it cannot be repeated if it had a time limit.</summary>
    internal static long Interrupted(long deadline) => deadline == Scheduler.Never ? -Errno.ERESTARTSYS : -Errno.EINTR;

    /// <summary>What a wait means for the call: 0 to go on, or a negated error number.</summary>
    internal static long ResultOf(WakeReason reason, long deadline) => reason switch
    {
        WakeReason.TimedOut => -Errno.EAGAIN,
        WakeReason.Interrupted => Interrupted(deadline),
        _ => 0,
    };

    // 0 or an error if the attempt is decided, 1 if it waits for the listener.
    private static long BeginTcp(Socket* socket, in InternetEndpoint to, bool isNonBlocking)
    {
        socket->Lock.Enter();
        long result = CheckTcp(socket, isNonBlocking);
        if (result == 0)
        {
            socket->State = SocketState.Connecting;
            socket->IsConnectUntold = isNonBlocking;
            socket->Remote = to;
        }

        socket->Lock.Exit();
        if (result != 0)
        {
            return result == Told ? 0 : result;
        }

        if (!socket->IsBound)
        {
            result = InternetPorts.Bind(socket, InternetEndpoint.None(socket->Family));
            socket->IsBoundByConnect = result == 0;
        }

        if (result < 0)
        {
            socket->State = SocketState.New;
            return -Errno.EADDRNOTAVAIL;
        }

        if (socket->Local.IsWildcard)
        {
            InternetPorts.SetAddress(socket, to.Source(0));
        }

        Socket* listener = InternetPorts.FindListener(to);
        bool isRefused = true;
        if (listener != null)
        {
            isRefused = !Join(listener, socket);
            Socket.Drop(listener);
        }

        if (isRefused)
        {
            Break(socket, Errno.ECONNREFUSED);
        }

        return 1;
    }

    private const long Told = 2;

    // 0 to go on, 1 to wait, Told for success, or an error.
    private static long CheckTcp(Socket* socket, bool isNonBlocking)
    {
        switch (socket->State)
        {
            case SocketState.Connected when socket->IsConnectUntold:
                socket->IsConnectUntold = false;
                return Told;
            case SocketState.Connected or SocketState.Listening:
                return -Errno.EISCONN;
            case SocketState.Connecting:
                return isNonBlocking ? -Errno.EALREADY : 1;
            case SocketState.Broken when socket->IsConnectUntold:
                long error = Socket.TakeError(socket);
                Renew(socket);
                return error != 0 ? error : -Errno.ECONNABORTED;
            case SocketState.Broken:
                return -Errno.EISCONN;
            default:
                return 0;
        }
    }

    // Into the listener's queue, or behind those who wait for it. False if nobody listens.
    private static bool Join(Socket* listener, Socket* socket)
    {
        listener->Lock.Enter();
        bool isListening = listener->State == SocketState.Listening && !listener->IsClosed;
        bool isPending = isListening && listener->Pending.Count <= listener->Backlog;
        if (isPending)
        {
            isListening = Establish(listener, socket) == 0;
        }
        else if (isListening)
        {
            socket->Lock.Enter();
            socket->Listener = Socket.Hold(listener);
            socket->Lock.Exit();
            listener->Waiting.Add(Socket.Hold(socket));
        }

        listener->Lock.Exit();
        if (isPending && isListening)
        {
            Socket.TellReaders(listener);
        }

        return isListening;
    }

    private static long WaitForTcp(Socket* socket, bool isNonBlocking)
    {
        if (isNonBlocking)
        {
            return -Errno.EINPROGRESS;
        }

        long deadline = DeadlineOf(socket->Settings.SendTimeout);
        socket->Lock.Enter();
        long result = WaitUntilConnected(socket, isNonBlocking: false, deadline);
        if (result == -Errno.EAGAIN)
        {
            result = -Errno.EINPROGRESS;
        }
        else if (result == 0)
        {
            socket->IsConnectUntold = false;
            if (socket->State == SocketState.Broken)
            {
                result = Socket.TakeError(socket);
                Renew(socket);
            }
        }
        else
        {
            socket->IsConnectUntold = true;
        }

        socket->Lock.Exit();
        return result;
    }

    // The listener's side of a connection is made and pending, the other side is connected. The listener's lock is held.
    private static long Establish(Socket* listener, Socket* socket)
    {
        Socket* made = Socket.Make(listener->Family, listener->Type, listener->Protocol);
        if (made == null)
        {
            return -Errno.ENOMEM;
        }

        made->Settings = listener->Settings;
        made->Name = UnixName.Hold(listener->Name);
        made->State = SocketState.Connected;
        socket->Lock.Enter();
        long result = socket->IsClosed ? -Errno.ECONNREFUSED
            : socket->State == SocketState.Connected ? -Errno.EISCONN
            : socket->State is not (SocketState.New or SocketState.Connecting) ? -Errno.EINVAL
            : 0;
        if (result == 0)
        {
            made->Local = socket->Remote;
            made->Remote = socket->Local;
            Socket.Attach(made, Socket.Hold(socket));
            Socket.Attach(socket, Socket.Hold(made));
            Socket* listenerOfSocket = socket->Listener;
            socket->Listener = null;
            socket->State = SocketState.Connected;
            socket->Lock.Exit();
            Socket.Drop(listenerOfSocket);
            listener->Pending.Add(made);
            return 0;
        }

        socket->Lock.Exit();
        Socket.Drop(made);
        return result;
    }

    // Those who wait to be accepted hear that nobody will.
    private static void StopListening(Socket* listener)
    {
        listener->Lock.Enter();
        listener->State = SocketState.New;
        SocketList pending = listener->Pending;
        SocketList waiting = listener->Waiting;
        listener->Pending = default;
        listener->Waiting = default;
        listener->Lock.Exit();
        Socket.TellAll(listener);
        for (Socket* socket = pending.TakeFirst(); socket != null; socket = pending.TakeFirst())
        {
            socket->Settings.Lingers = !socket->IsUnix;
            socket->Settings.LingerSeconds = 0;
            CloseUnaccepted(socket);
        }

        for (Socket* socket = waiting.TakeFirst(); socket != null; socket = waiting.TakeFirst())
        {
            Break(socket, Errno.ECONNREFUSED);
            Socket.Drop(socket);
        }
    }

    private static void CloseUnaccepted(Socket* socket)
    {
        socket->Lock.Enter();
        socket->IsClosed = true;
        Packet* packets = socket->Incoming.TakeAll();
        Socket* peer = Socket.Detach(socket);
        socket->Lock.Exit();
        if (peer != null)
        {
            TellEnd(socket, peer, isReset: true);
        }

        FreeAll(packets);
        Socket.Drop(peer);
        Socket.Drop(socket);
    }

    private static void Leave(Socket* listener, Socket* socket)
    {
        listener->Lock.Enter();
        bool wasWaiting = listener->Waiting.Remove(socket);
        listener->Lock.Exit();
        Socket.Drop(listener);
        if (wasWaiting)
        {
            Socket.Drop(socket);
        }
    }

    // The other side of a connection hears that this one is closed.
    private static void TellEnd(Socket* socket, Socket* peer, bool isReset)
    {
        peer->Lock.Enter();
        if (socket->IsUnix)
        {
            peer->IsReadShut = true;
            peer->IsWriteShut = true;
            peer->Error = isReset ? (int)Errno.ECONNRESET : peer->Error;
        }
        else if (peer->State == SocketState.Connected && isReset)
        {
            BreakLocked(peer, peer->HasSeenEnd ? Errno.EPIPE : Errno.ECONNRESET);
        }
        else
        {
            peer->IsReadShut = true;
            peer->HasSeenEnd = true;
        }

        peer->Lock.Exit();
        Socket.TellAll(peer);
    }

    private static void BreakLocked(Socket* socket, Errno error)
    {
        socket->State = SocketState.Broken;
        socket->Error = (int)error;
        socket->IsReadShut = true;
        socket->IsWriteShut = true;
    }

    // After a refused attempt another one is possible.
    private static void Renew(Socket* socket)
    {
        socket->State = SocketState.New;
        socket->IsReadShut = false;
        socket->IsWriteShut = false;
        socket->IsConnectUntold = false;
        if (socket->IsBoundByConnect)
        {
            socket->IsBoundByConnect = false;
            InternetPorts.Forget(socket);
            socket->Local = InternetEndpoint.None(socket->Family);
        }
    }
}
