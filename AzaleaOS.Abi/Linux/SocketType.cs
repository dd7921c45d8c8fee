namespace AzaleaOS.Abi.Linux;

/// <summary>SOCK_ constants.</summary>
/// <remarks>Source: Linux, include/linux/net.h.</remarks>
public enum SocketType
{
    /// <summary>SOCK_STREAM.</summary>
    Stream = 1,

    /// <summary>SOCK_DGRAM.</summary>
    Datagram = 2,

    /// <summary>SOCK_RAW.</summary>
    Raw = 3,

    /// <summary>SOCK_SEQPACKET.</summary>
    SequentialPacket = 5,
}
