using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;

namespace AzaleaOS.Files.Sockets;

/// <summary>From addresses to sockets, and back.</summary>
internal static unsafe class SocketAddresses
{
    /// <summary>Finds the local socket that an address names; held.</summary>
    /// <param name="socket">Who looks for it.</param>
    /// <param name="start">Where a relative path begins.</param>
    /// <param name="address">The address.</param>
    /// <param name="found">The socket.</param>
    /// <returns>0, or -EINVAL, -ECONNREFUSED, -EPROTOTYPE, an error of the path.</returns>
    internal static long FindUnix(Socket* socket, FileNode* start, in SocketAddress address, out Socket* found)
    {
        found = null;
        long result = ReadUnix(address, out ReadOnlySpan<byte> name);
        if (result < 0 || name.IsEmpty)
        {
            return -Errno.EINVAL;
        }

        if (name[0] == 0)
        {
            found = UnixNames.Find(name, socket->Type);
        }
        else
        {
            result = PathWalker.Find(start, name, out FileNode* node);
            if (result < 0)
            {
                return result;
            }

            found = UnixNames.Find(node);
            FileNode.Drop(node);
        }

        if (found == null)
        {
            return -Errno.ECONNREFUSED;
        }

        if (found->Type != socket->Type)
        {
            Socket.Drop(found);
            found = null;
            return -Errno.EPROTOTYPE;
        }

        return 0;
    }

    /// <summary>Reads struct sockaddr_un: a path without its final zero, an abstract name with its first, or nothing.</summary>
    /// <returns>0, or -EINVAL.</returns>
    internal static long ReadUnix(in SocketAddress address, out ReadOnlySpan<byte> name)
    {
        name = default;
        if (address.Length is < SocketAddress.FamilyBytes or > SocketAddress.UnixBytes || address.Family != AddressFamily.Unix)
        {
            return -Errno.EINVAL;
        }

        name = address.Bytes[SocketAddress.FamilyBytes..];
        if (!name.IsEmpty && name[0] != 0)
        {
            int end = name.IndexOf((byte)0);
            name = end < 0 ? name : name[..end];
        }

        return 0;
    }

    /// <summary>Reads struct sockaddr_in or sockaddr_in6, as the socket's family wants it.</summary>
    /// <returns>0, or -EINVAL, -EAFNOSUPPORT, -ENETUNREACH.</returns>
    internal static long ReadInternet(Socket* socket, in SocketAddress address, out InternetEndpoint endpoint)
    {
        endpoint = default;
        if (socket->Family == AddressFamily.Internet)
        {
            if (address.Length < SocketAddress.Internet4Bytes)
            {
                return -Errno.EINVAL;
            }

            if (address.Family is not (AddressFamily.Internet or AddressFamily.Unspecified))
            {
                return -Errno.EAFNOSUPPORT;
            }

            endpoint = InternetEndpoint.Read4(address.Bytes);
            return 0;
        }

        if (address.Family == AddressFamily.Internet && address.Length >= SocketAddress.Internet4Bytes && !socket->IsStream)
        {
            endpoint = InternetEndpoint.Read4(address.Bytes);
            return socket->Settings.OnlyInternet6 ? -Errno.ENETUNREACH : 0;
        }

        if (address.Length < SocketAddress.Internet6LeastBytes)
        {
            return -Errno.EINVAL;
        }

        if (address.Family != AddressFamily.Internet6)
        {
            return -Errno.EAFNOSUPPORT;
        }

        endpoint = InternetEndpoint.Read6(address.Bytes);
        return endpoint.Is4 && socket->Settings.OnlyInternet6 ? -Errno.ENETUNREACH : 0;
    }

    /// <summary>The address that a name is: a path with its final zero, AF_UNIX alone without a name.</summary>
    internal static SocketAddress OfName(UnixName* name)
    {
        if (name == null)
        {
            return SocketAddress.Of(AddressFamily.Unix, default);
        }

        Span<byte> text = stackalloc byte[UnixName.Most + 1];
        name->Bytes.CopyTo(text);
        text[name->Bytes.Length] = 0;
        return SocketAddress.Of(AddressFamily.Unix, text[..(name->Bytes.Length + (name->IsAbstract ? 0 : 1))]);
    }

    /// <summary>getsockname.</summary>
    internal static SocketAddress OfSelf(Socket* socket)
        => socket->IsUnix ? OfName(socket->Name) : SocketAddress.Of(socket->Family, socket->Local);

    /// <summary>getpeername.</summary>
    /// <returns>0, or -ENOTCONN.</returns>
    internal static long OfPeer(Socket* socket, out SocketAddress address)
    {
        address = default;
        if (!socket->IsUnix)
        {
            bool isConnected = socket->Remote.Port != 0 && (!socket->IsStream || socket->State == SocketState.Connected)
                && !(socket->IsStream && socket->IsReadShut && socket->IsWriteShut && socket->HasSeenEnd);
            address = SocketAddress.Of(socket->Family, socket->Remote);
            return isConnected ? 0 : -Errno.ENOTCONN;
        }

        Socket* peer = Socket.HoldPeer(socket);
        if (peer == null)
        {
            return -Errno.ENOTCONN;
        }

        address = OfName(peer->Name);
        Socket.Drop(peer);
        return 0;
    }
}
