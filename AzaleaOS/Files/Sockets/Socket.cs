using System.Threading;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Threads;
using Mutex = AzaleaOS.Threads.Mutex;

namespace AzaleaOS.Files.Sockets;

/// <summary>A socket. All families share one engine: whoever sends puts packets into the receiver's queue.</summary>
/// <remarks>
/// <para>
/// <see cref="Lock"/> guards the fields, unless said otherwise; poll reads them without it and asks again after each
/// wake-up. Whoever sends holds the receiver's lock only. The lock of a listener may be held when that of
/// a socket that connects to it is taken; otherwise nobody holds two.
/// </para>
/// <para>
/// Counted: the open file, the other side, a listener's queue and calls under way have references. A socket that
/// was closed stays until the other side is closed too, but is of no use.
/// </para>
/// Sources: Linux, net/unix/af_unix.c, net/ipv4/{af_inet,tcp,udp}.c; unix(7), tcp(7), udp(7).
/// </remarks>
internal unsafe struct Socket
{
    private static SharedPool<Socket> s_pool;

    /// <summary>Guards the socket.</summary>
    internal Mutex Lock;

    /// <summary>What was received.</summary>
    internal PacketQueue Incoming;

    /// <summary>Those who wait for something to read, for a connection to accept, or to be connected.</summary>
    internal WaitQueue Readers;

    /// <summary>Those who wait for room in <see cref="Incoming"/>, or in the queue of a listener.</summary>
    internal WaitQueue Senders;

    /// <summary>Sockets whose other side this is, to be told when there is room: their <see cref="Relay"/>.</summary>
    internal WaitQueue Relays;

    /// <summary>Those who poll this socket.</summary>
    internal WaitQueue Watchers;

    /// <summary>In the other side's <see cref="Relays"/>.</summary>
    internal WaitNode Relay;

    /// <summary>Its family. Does not change.</summary>
    internal AddressFamily Family;

    /// <summary>Its type. Does not change.</summary>
    internal SocketType Type;

    /// <summary>SO_PROTOCOL. Does not change.</summary>
    internal int Protocol;

    /// <summary>How far it has come.</summary>
    internal SocketState State;

    /// <summary>Nothing more is received: shutdown, or the other side's end.</summary>
    internal bool IsReadShut;

    /// <summary>Nothing more can be sent.</summary>
    internal bool IsWriteShut;

    /// <summary>The other side of a TCP connection has said that it sends no more.</summary>
    internal bool HasSeenEnd;

    /// <summary>The program has not been told yet that a non-blocking connect succeeded.</summary>
    internal bool IsConnectUntold;

    /// <summary>No open file leads here any more.</summary>
    internal bool IsClosed;

    /// <summary>SO_ERROR: an error number, positive.</summary>
    internal int Error;

    /// <summary>The other side of a connection, or where datagrams go by default; held.</summary>
    internal Socket* Peer;

    /// <summary>A local socket's name; held.</summary>
    internal UnixName* Name;

    /// <summary>The node of the file system that a path name made; null for an abstract name.</summary>
    internal FileNode* Node;

    /// <summary>An internet socket's own address and port.</summary>
    internal InternetEndpoint Local;

    /// <summary>Where an internet socket is connected to.</summary>
    internal InternetEndpoint Remote;

    /// <summary>It is in the table of ports.</summary>
    internal bool IsBound;

    /// <summary>It was given its port by connect, and gives it back if that fails.</summary>
    internal bool IsBoundByConnect;

    /// <summary>The next socket in the same bucket of the table of ports; guarded by the table's lock.</summary>
    internal Socket* NextBound;

    /// <summary>listen's argument.</summary>
    internal int Backlog;

    /// <summary>A listener's sockets that nobody has accepted; held.</summary>
    internal SocketList Pending;

    /// <summary>A listener's sockets that wait to become pending; held.</summary>
    internal SocketList Waiting;

    /// <summary>The next one in a listener's list.</summary>
    internal Socket* NextInList;

    /// <summary>The listener that a connecting socket waits for; held.</summary>
    internal Socket* Listener;

    /// <summary>What setsockopt has set.</summary>
    internal SocketSettings Settings;

    /// <summary>SO_PEERCRED.</summary>
    internal ProcessCredentials PeerCredentials;

    private int _references;

    /// <summary>The process that all sockets belong to.</summary>
    internal static ProcessCredentials Own { get; set; }

    /// <summary>A local socket.</summary>
    internal readonly bool IsUnix => Family == AddressFamily.Unix;

    /// <summary>A byte stream.</summary>
    internal readonly bool IsStream => Type == SocketType.Stream;

    /// <summary>TCP.</summary>
    internal readonly bool IsTcp => !IsUnix && IsStream;

    /// <summary>Has a listening side: stream or sequential packets.</summary>
    internal readonly bool IsConnectionBased => Type != SocketType.Datagram;

    /// <summary>Has an address of its own.</summary>
    internal readonly bool IsNamed => IsUnix ? Name != null : IsBound;

    /// <summary>Forgets all sockets.</summary>
    internal static void Reset() => s_pool = default;

    /// <summary>Makes a socket with one reference; null when memory is exhausted.</summary>
    internal static Socket* Make(AddressFamily family, SocketType type, int protocol)
    {
        Socket* made = s_pool.Take();
        if (made != null)
        {
            made->Family = family;
            made->Type = type;
            made->Protocol = protocol;
            made->Settings = SocketSettings.For(family, type);
            made->PeerCredentials = new ProcessCredentials { User = uint.MaxValue, Group = uint.MaxValue };
            made->Local = InternetEndpoint.None(family);
            made->Remote = made->Local;
            made->_references = 1;
        }

        return made;
    }

    /// <summary>One more reference, by someone who has one or holds what keeps one.</summary>
    internal static Socket* Hold(Socket* socket)
    {
        Interlocked.Increment(ref socket->_references);
        return socket;
    }

    /// <summary>One reference less.</summary>
    /// <param name="socket">The socket, or null.</param>
    internal static void Drop(Socket* socket)
    {
        if (socket != null && Interlocked.Decrement(ref socket->_references) == 0)
        {
            UnixName.Drop(socket->Name);
            s_pool.Return(socket);
        }
    }

    /// <summary>Takes the pending error.</summary>
    /// <returns>0, or a negated error number.</returns>
    internal static long TakeError(Socket* socket) => -(long)Interlocked.Exchange(ref socket->Error, 0);

    /// <summary>The other side, held; null if there is none.</summary>
    internal static Socket* HoldPeer(Socket* socket)
    {
        socket->Lock.Enter();
        Socket* peer = socket->Peer == null ? null : Hold(socket->Peer);
        socket->Lock.Exit();
        return peer;
    }

    /// <summary>Makes another socket the other side. The lock is held, and there is none yet.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="peer">The other side; the reference is taken over.</param>
    internal static void Attach(Socket* socket, Socket* peer)
    {
        socket->Peer = peer;
        socket->PeerCredentials = Own;
        WaitNode.Init(&socket->Relay, null);
        socket->Relay.Notify = &PassOn;
        socket->Relay.Context = socket;
        peer->Relays.Add(&socket->Relay);
    }

    /// <summary>Parts from the other side. The lock is held.</summary>
    /// <returns>The other side, to be dropped without the lock, or null.</returns>
    internal static Socket* Detach(Socket* socket)
    {
        Socket* peer = socket->Peer;
        if (peer != null)
        {
            peer->Relays.Remove(&socket->Relay);
            socket->Peer = null;
        }

        return peer;
    }

    /// <summary>Wakes everybody: something about the socket has changed for good.</summary>
    internal static void TellAll(Socket* socket)
    {
        socket->Readers.Wake();
        socket->Senders.Wake();
        socket->Relays.Wake();
        socket->Watchers.Wake();
    }

    /// <summary>Something was received.</summary>
    internal static void TellReaders(Socket* socket)
    {
        Blocking.TellOne(&socket->Readers);
        Blocking.Tell(&socket->Watchers, PollEvents.Readable);
    }

    /// <summary>There is room again in what the socket receives.</summary>
    internal static void TellSenders(Socket* socket)
    {
        Blocking.TellOne(&socket->Senders);
        Blocking.Tell(&socket->Relays, PollEvents.Writable | PollEvents.WriteBand);
    }

    // There is room at the other side, so those who poll this one can write.
    private static bool PassOn(WaitNode* node, uint events)
    {
        ((Socket*)node->Context)->Watchers.Wake(events == uint.MaxValue ? PollEvents.Writable | PollEvents.WriteBand : events);
        return false;
    }
}
