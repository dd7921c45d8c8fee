using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files.Sockets;

/// <summary>What goes with the bytes of one send or receive.</summary>
internal unsafe struct SocketMessage
{
    /// <summary>The flags of the call.</summary>
    internal MessageFlags Flags;

    /// <summary>What is said about a received message.</summary>
    internal MessageFlags Answer;

    /// <summary>Sending: the program gave an address. Receiving: the sender has one.</summary>
    internal bool HasAddress;

    /// <summary>Where to, or where from.</summary>
    internal SocketAddress Address;

    /// <summary>Where a relative path in the address begins.</summary>
    internal FileNode* Start;

    /// <summary>Files that go with it, or have come with it; null for none.</summary>
    internal Rights* Rights;

    /// <summary>Who sends or has sent it is told.</summary>
    internal bool HasCredentials;

    /// <summary>Who.</summary>
    internal ProcessCredentials Credentials;

    /// <summary>Receiving from a stream: what follows belongs to another message.</summary>
    internal bool IsEnded;

    private bool _hasBegun;

    /// <summary>Whether bytes of a packet may follow those that were taken: with credentials, not those of somebody else.</summary>
    internal readonly bool Accepts(Packet* packet, Socket* socket)
        => !_hasBegun || !socket->Settings.PassCredentials
            || (packet->HasCredentials == HasCredentials && (!HasCredentials || IsSame(packet->Credentials)));

    /// <summary>Bytes of a packet were taken: what came with them is the receiver's.</summary>
    internal void Take(Packet* packet)
    {
        Begin(packet);
        if (packet->Rights != null)
        {
            Rights = packet->Rights;
            packet->Rights = null;
        }
    }

    /// <summary>Bytes of a packet were looked at: the receiver gets copies of what came with them.</summary>
    internal void Look(Packet* packet)
    {
        Begin(packet);
        if (packet->Rights != null)
        {
            Rights = Sockets.Rights.Copy(packet->Rights);
        }
    }

    private void Begin(Packet* packet)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            HasCredentials = packet->HasCredentials;
            Credentials = packet->Credentials;
        }
    }

    private readonly bool IsSame(in ProcessCredentials other)
        => other.Process == Credentials.Process && other.User == Credentials.User && other.Group == Credentials.Group;
}
