using AzaleaOS.Abi.Linux;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Sockets;

/// <summary>Options of a socket that change what it does. What only is stored and given back is in <see cref="StoredOptions"/>.</summary>
internal struct SocketSettings
{
    /// <summary>SO_SNDBUF and SO_RCVBUF of local and datagram sockets: net.core.wmem_default.</summary>
    internal const int DefaultBuffer = 212_992;

    /// <summary>SO_RCVBUF of TCP: net.ipv4.tcp_rmem.</summary>
    internal const int TcpReceiveBuffer = 131_072;

    /// <summary>SO_SNDBUF of TCP: net.ipv4.tcp_wmem.</summary>
    internal const int TcpSendBuffer = 16_384;

    /// <summary>SO_SNDBUF.</summary>
    internal int SendBuffer;

    /// <summary>SO_RCVBUF.</summary>
    internal int ReceiveBuffer;

    /// <summary>SO_RCVLOWAT.</summary>
    internal int ReceiveLowWater;

    /// <summary>SO_RCVTIMEO, nanoseconds, or <see cref="Scheduler.Never"/>.</summary>
    internal long ReceiveTimeout;

    /// <summary>SO_SNDTIMEO, nanoseconds, or <see cref="Scheduler.Never"/>.</summary>
    internal long SendTimeout;

    /// <summary>SO_REUSEADDR.</summary>
    internal bool ReuseAddress;

    /// <summary>SO_REUSEPORT.</summary>
    internal bool ReusePort;

    /// <summary>SO_PASSCRED.</summary>
    internal bool PassCredentials;

    /// <summary>IPV6_V6ONLY.</summary>
    internal bool OnlyInternet6;

    /// <summary>SO_LINGER is on.</summary>
    internal bool Lingers;

    /// <summary>SO_LINGER, seconds.</summary>
    internal int LingerSeconds;

    /// <summary>The rest.</summary>
    internal StoredOptions Stored;

    /// <summary>Those of a new socket.</summary>
    internal static SocketSettings For(AddressFamily family, SocketType type)
    {
        bool isTcp = family != AddressFamily.Unix && type == SocketType.Stream;
        return new SocketSettings
        {
            SendBuffer = isTcp ? TcpSendBuffer : DefaultBuffer,
            ReceiveBuffer = isTcp ? TcpReceiveBuffer : DefaultBuffer,
            ReceiveLowWater = 1,
            ReceiveTimeout = Scheduler.Never,
            SendTimeout = Scheduler.Never,
        };
    }
}
