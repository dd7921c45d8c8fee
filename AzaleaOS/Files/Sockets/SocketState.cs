namespace AzaleaOS.Files.Sockets;

/// <summary>How far a socket has come.</summary>
internal enum SocketState
{
    /// <summary>Neither connected nor listening. Datagram sockets stay here; whether they have a peer is another matter.</summary>
    New,

    /// <summary>Takes connections.</summary>
    Listening,

    /// <summary>Waits until the listener has room.</summary>
    Connecting,

    /// <summary>Has or had another side.</summary>
    Connected,

    /// <summary>The connection was refused or reset.</summary>
    Broken,
}
