using AzaleaOS.Abi;
using AzaleaOS.Memory;
using SpinLock = AzaleaOS.Diagnostics.SpinLock;

namespace AzaleaOS.Files.Sockets;

/// <summary>Which internet sockets have which ports, for TCP and UDP.</summary>
/// <remarks>
/// <see cref="s_lock"/> guards the table and, of the sockets in it, <see cref="Socket.Local"/> and
/// <see cref="Socket.IsBound"/>. A socket is in the table while it is open; whoever finds one holds it.
/// </remarks>
internal static unsafe class InternetPorts
{
    private const int BucketCount = KernelPages.Size / sizeof(ulong);

    // net.ipv4.ip_local_port_range.
    private const int FirstAutomatic = 32768;
    private const int AutomaticCount = 60999 - FirstAutomatic + 1;

    private static SpinLock s_lock;
    private static Socket** s_buckets;
    private static int s_nextAutomatic;

    /// <summary>Forgets all.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Initialize()
    {
        s_nextAutomatic = 0;
        s_buckets = (Socket**)KernelPages.Take();
        return s_buckets != null;
    }

    /// <summary>Gives a socket an address and a port; port 0 chooses one that nobody has.</summary>
    /// <returns>0, or -EINVAL (it has one), -EADDRINUSE.</returns>
    internal static long Bind(Socket* socket, InternetEndpoint wanted)
    {
        s_lock.Enter();
        long result = socket->IsBound ? -Errno.EINVAL : wanted.Port == 0 ? Choose(socket, wanted) : Take(socket, wanted);
        s_lock.Exit();
        return result;
    }

    /// <summary>The socket has an address from now on, whatever it had before: it is connected.</summary>
    internal static void SetAddress(Socket* socket, in InternetEndpoint address)
    {
        s_lock.Enter();
        socket->Local = address.With(socket->Local.Port);
        s_lock.Exit();
    }

    /// <summary>A socket listens, so nobody else may listen at the same port.</summary>
    /// <returns>0, or -EADDRINUSE.</returns>
    internal static long Listen(Socket* socket)
    {
        s_lock.Enter();
        bool isTaken = false;
        for (Socket* other = *BucketOf(socket->Local.Port); other != null && !isTaken; other = other->NextBound)
        {
            isTaken = other != socket && other->State == SocketState.Listening && Overlaps(other, socket, socket->Local)
                && !(other->Settings.ReusePort && socket->Settings.ReusePort);
        }

        if (!isTaken)
        {
            socket->State = SocketState.Listening;
        }

        s_lock.Exit();
        return isTaken ? -Errno.EADDRINUSE : 0;
    }

    /// <summary>Finds who listens at an address; held, or null.</summary>
    internal static Socket* FindListener(in InternetEndpoint to)
    {
        Socket* best = null;
        s_lock.Enter();
        for (Socket* socket = *BucketOf(to.Port); socket != null; socket = socket->NextBound)
        {
            if (socket->IsStream && socket->State == SocketState.Listening && Receives(socket, to)
                && (best == null || (best->Local.IsWildcard && !socket->Local.IsWildcard)))
            {
                best = socket;
            }
        }

        best = best == null ? null : Socket.Hold(best);
        s_lock.Exit();
        return best;
    }

    /// <summary>Finds who gets a UDP packet; held, or null. Who is connected to the sender goes first, then who has the address.</summary>
    internal static Socket* FindReceiver(in InternetEndpoint from, in InternetEndpoint to)
    {
        Socket* best = null;
        int bestScore = -1;
        s_lock.Enter();
        for (Socket* socket = *BucketOf(to.Port); socket != null; socket = socket->NextBound)
        {
            bool isConnected = socket->Remote.Port != 0;
            if (socket->IsStream || !Receives(socket, to) || (isConnected && !socket->Remote.Is(from)))
            {
                continue;
            }

            int score = (isConnected ? 2 : 0) + (socket->Local.IsWildcard ? 0 : 1);
            if (score > bestScore)
            {
                best = socket;
                bestScore = score;
            }
        }

        best = best == null ? null : Socket.Hold(best);
        s_lock.Exit();
        return best;
    }

    /// <summary>A socket is closed, or gives its port up.</summary>
    internal static void Forget(Socket* socket)
    {
        s_lock.Enter();
        if (socket->IsBound)
        {
            Socket** place = BucketOf(socket->Local.Port);
            while (*place != socket)
            {
                place = &(*place)->NextBound;
            }

            *place = socket->NextBound;
            socket->IsBound = false;
        }

        s_lock.Exit();
    }

    private static long Choose(Socket* socket, in InternetEndpoint wanted)
    {
        for (int attempt = 0; attempt < AutomaticCount; attempt++)
        {
            s_nextAutomatic = (s_nextAutomatic + 1) % AutomaticCount;
            ushort port = (ushort)(FirstAutomatic + s_nextAutomatic);
            bool isTaken = false;
            for (Socket* other = *BucketOf(port); other != null && !isTaken; other = other->NextBound)
            {
                isTaken = other->Local.Port == port && other->IsStream == socket->IsStream;
            }

            if (!isTaken)
            {
                Add(socket, wanted.With(port));
                return 0;
            }
        }

        return -Errno.EADDRINUSE;
    }

    private static long Take(Socket* socket, in InternetEndpoint wanted)
    {
        for (Socket* other = *BucketOf(wanted.Port); other != null; other = other->NextBound)
        {
            bool mayShare = (other->Settings.ReusePort && socket->Settings.ReusePort)
                || (other->Settings.ReuseAddress && socket->Settings.ReuseAddress && other->State != SocketState.Listening);
            if (!mayShare && Overlaps(other, socket, wanted))
            {
                return -Errno.EADDRINUSE;
            }
        }

        Add(socket, wanted);
        return 0;
    }

    private static void Add(Socket* socket, in InternetEndpoint endpoint)
    {
        socket->Local = endpoint;
        socket->IsBound = true;
        Socket** bucket = BucketOf(endpoint.Port);
        socket->NextBound = *bucket;
        *bucket = socket;
    }

    // A packet could be meant for either.
    private static bool Overlaps(Socket* other, Socket* socket, in InternetEndpoint wanted)
    {
        if (other->Local.Port != wanted.Port || other->IsStream != socket->IsStream)
        {
            return false;
        }

        bool isOther4 = other->Local.Is4;
        if (isOther4 == wanted.Is4)
        {
            return other->Local.IsWildcard || wanted.IsWildcard || other->Local.IsAddress(wanted);
        }

        // One of them has an IPv6 address: it gets IPv4 packets only if it is :: and both are asked for.
        return isOther4
            ? wanted.IsWildcard && !socket->Settings.OnlyInternet6
            : other->Local.IsWildcard && !other->Settings.OnlyInternet6;
    }

    private static bool Receives(Socket* socket, in InternetEndpoint to)
        => socket->Local.Port == to.Port
            && (socket->Local.IsAddress(to)
                || (socket->Local.IsWildcard && (socket->Local.Is4 == to.Is4 || (!socket->Local.Is4 && !socket->Settings.OnlyInternet6))));

    private static Socket** BucketOf(ushort port) => s_buckets + (port % BucketCount);
}
