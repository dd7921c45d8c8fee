namespace AzaleaOS.Abi.Linux;

/// <summary>Levels and names of socket options that mean something here.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/socket.h, include/uapi/linux/{in,in6,tcp}.h.</remarks>
public static class SocketOption
{
    /// <summary>Level SOL_SOCKET.</summary>
    public const int SocketLevel = 1;

    /// <summary>Level IPPROTO_IP.</summary>
    public const int InternetLevel = 0;

    /// <summary>Level IPPROTO_TCP.</summary>
    public const int TcpLevel = 6;

    /// <summary>Level IPPROTO_UDP.</summary>
    public const int UdpLevel = 17;

    /// <summary>Level IPPROTO_IPV6.</summary>
    public const int Internet6Level = 41;

    /// <summary>SO_REUSEADDR.</summary>
    public const int ReuseAddress = 2;

    /// <summary>SO_TYPE.</summary>
    public const int Type = 3;

    /// <summary>SO_ERROR.</summary>
    public const int Error = 4;

    /// <summary>SO_SNDBUF.</summary>
    public const int SendBuffer = 7;

    /// <summary>SO_RCVBUF.</summary>
    public const int ReceiveBuffer = 8;

    /// <summary>SO_LINGER.</summary>
    public const int Linger = 13;

    /// <summary>SO_REUSEPORT.</summary>
    public const int ReusePort = 15;

    /// <summary>SO_PASSCRED.</summary>
    public const int PassCredentials = 16;

    /// <summary>SO_PEERCRED.</summary>
    public const int PeerCredentials = 17;

    /// <summary>SO_RCVLOWAT.</summary>
    public const int ReceiveLowWater = 18;

    /// <summary>SO_SNDLOWAT.</summary>
    public const int SendLowWater = 19;

    /// <summary>SO_RCVTIMEO.</summary>
    public const int ReceiveTimeout = 20;

    /// <summary>SO_SNDTIMEO.</summary>
    public const int SendTimeout = 21;

    /// <summary>SO_ACCEPTCONN.</summary>
    public const int AcceptsConnections = 30;

    /// <summary>SO_SNDBUFFORCE.</summary>
    public const int SendBufferForced = 32;

    /// <summary>SO_RCVBUFFORCE.</summary>
    public const int ReceiveBufferForced = 33;

    /// <summary>SO_PROTOCOL.</summary>
    public const int Protocol = 38;

    /// <summary>SO_DOMAIN.</summary>
    public const int Domain = 39;

    /// <summary>IPV6_V6ONLY.</summary>
    public const int OnlyInternet6 = 26;
}
