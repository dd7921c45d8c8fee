using System.Runtime.CompilerServices;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files.Sockets;

/// <summary>Options that a program may set and read back, and that change nothing on a loopback.</summary>
internal struct StoredOptions
{
    private const int Room = 40;

    // Level and name, what a new socket has, the least and the largest that can be set.
    private static ReadOnlySpan<int> Known =>
    [
        SocketOption.SocketLevel, 1, 0, 0, 1, // SO_DEBUG
        SocketOption.SocketLevel, 5, 0, 0, 1, // SO_DONTROUTE
        SocketOption.SocketLevel, 6, 0, 0, 1, // SO_BROADCAST
        SocketOption.SocketLevel, 9, 0, 0, 1, // SO_KEEPALIVE
        SocketOption.SocketLevel, 10, 0, 0, 1, // SO_OOBINLINE
        SocketOption.SocketLevel, 12, 0, 0, int.MaxValue, // SO_PRIORITY
        SocketOption.SocketLevel, 29, 0, 0, 1, // SO_TIMESTAMP
        SocketOption.SocketLevel, 35, 0, 0, 1, // SO_TIMESTAMPNS
        SocketOption.SocketLevel, 36, 0, 0, int.MaxValue, // SO_MARK
        SocketOption.SocketLevel, 40, 0, 0, 1, // SO_RXQ_OVFL
        SocketOption.SocketLevel, 46, 0, 0, int.MaxValue, // SO_BUSY_POLL
        SocketOption.TcpLevel, 1, 0, 0, 1, // TCP_NODELAY
        SocketOption.TcpLevel, 2, 536, 88, 32767, // TCP_MAXSEG
        SocketOption.TcpLevel, 3, 0, 0, 1, // TCP_CORK
        SocketOption.TcpLevel, 4, 7200, 1, 32767, // TCP_KEEPIDLE
        SocketOption.TcpLevel, 5, 75, 1, 32767, // TCP_KEEPINTVL
        SocketOption.TcpLevel, 6, 9, 1, 127, // TCP_KEEPCNT
        SocketOption.TcpLevel, 7, 6, 1, 127, // TCP_SYNCNT
        SocketOption.TcpLevel, 8, 60, int.MinValue, 120, // TCP_LINGER2
        SocketOption.TcpLevel, 9, 0, 0, int.MaxValue, // TCP_DEFER_ACCEPT
        SocketOption.TcpLevel, 12, 1, 0, 1, // TCP_QUICKACK
        SocketOption.TcpLevel, 18, 0, 0, int.MaxValue, // TCP_USER_TIMEOUT
        SocketOption.TcpLevel, 23, 0, 0, int.MaxValue, // TCP_FASTOPEN
        SocketOption.TcpLevel, 25, 0, int.MinValue, int.MaxValue, // TCP_NOTSENT_LOWAT
        SocketOption.TcpLevel, 30, 0, 0, 1, // TCP_FASTOPEN_CONNECT
        SocketOption.InternetLevel, 1, 0, 0, 255, // IP_TOS
        SocketOption.InternetLevel, 2, 64, 1, 255, // IP_TTL
        SocketOption.InternetLevel, 8, 0, 0, 1, // IP_PKTINFO
        SocketOption.InternetLevel, 10, 1, 0, 5, // IP_MTU_DISCOVER
        SocketOption.InternetLevel, 11, 0, 0, 1, // IP_RECVERR
        SocketOption.InternetLevel, 12, 0, 0, 1, // IP_RECVTTL
        SocketOption.InternetLevel, 13, 0, 0, 1, // IP_RECVTOS
        SocketOption.InternetLevel, 15, 0, 0, 1, // IP_FREEBIND
        SocketOption.InternetLevel, 33, 1, 0, 255, // IP_MULTICAST_TTL
        SocketOption.InternetLevel, 34, 1, 0, 1, // IP_MULTICAST_LOOP
        SocketOption.Internet6Level, 16, 64, -1, 255, // IPV6_UNICAST_HOPS
        SocketOption.Internet6Level, 18, 1, -1, 255, // IPV6_MULTICAST_HOPS
        SocketOption.Internet6Level, 19, 1, 0, 1, // IPV6_MULTICAST_LOOP
        SocketOption.Internet6Level, 49, 0, 0, 1, // IPV6_RECVPKTINFO
        SocketOption.Internet6Level, 67, 0, -1, 255, // IPV6_TCLASS
    ];

    private const int Fields = 5;

    private ulong _isSet;
    private Values _values;

    /// <summary>The place of an option; -1 for one that is not known.</summary>
    internal static int IndexOf(int level, int name)
    {
        ReadOnlySpan<int> known = Known;
        for (int i = 0; i < Room; i++)
        {
            if (known[i * Fields] == level && known[(i * Fields) + 1] == name)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The value of an option.</summary>
    internal readonly int Get(int index) => (_isSet & (1UL << index)) != 0 ? _values[index] : Known[(index * Fields) + 2];

    /// <summary>Sets an option. One that is on or off takes every number but 0 for on.</summary>
    /// <returns>False if the value is not possible.</returns>
    internal bool TrySet(int index, int value)
    {
        int least = Known[(index * Fields) + 3];
        int most = Known[(index * Fields) + 4];
        if (least == 0 && most == 1)
        {
            value = value != 0 ? 1 : 0;
        }

        if (value < least || value > most)
        {
            return false;
        }

        _isSet |= 1UL << index;
        _values[index] = value;
        return true;
    }

    [InlineArray(Room)]
    private struct Values
    {
        private int _first;
    }
}
