using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Files;
using AzaleaOS.Files.Sockets;
using AzaleaOS.Memory;

namespace AzaleaOS.Syscalls;

/// <summary>Making, naming and connecting sockets.</summary>
/// <remarks>Source: Linux, net/socket.c.</remarks>
internal static unsafe class SocketCalls
{
    private const int TypeMask = 0xf;
    private const int LargestType = 10;
    private const int LargestFamily = 45;
    private const uint Permissions = 0x1ff;
    private const OpenFlags KnownFlags = OpenFlags.CloseOnExec | OpenFlags.NonBlocking;

    /// <summary>socket(2).</summary>
    [Syscall(41)]
    internal static long Create(int family, int type, int protocol)
    {
        long result = Make(family, type, protocol, out Socket* socket);
        return result < 0 ? result : Install(socket, (OpenFlags)(type & ~TypeMask));
    }

    /// <summary>socketpair(2).</summary>
    [Syscall(53)]
    internal static long CreatePair(int family, int type, int protocol, UserPointer<DescriptorPair> descriptors)
    {
        OpenFlags flags = (OpenFlags)(type & ~TypeMask);
        if ((flags & ~KnownFlags) != 0)
        {
            return -Errno.EINVAL;
        }

        // As in Linux the descriptors are told before there are sockets.
        long result = DescriptorPair.Reserve((flags & OpenFlags.CloseOnExec) != 0, descriptors, out DescriptorPair pair);
        if (result < 0)
        {
            return result;
        }

        result = OpenPair(family, type, protocol, out OpenFile* first, out OpenFile* second);
        if (result < 0)
        {
            pair.Unreserve();
            return result;
        }

        pair.Install(first, second);
        return 0;
    }

    /// <summary>bind(2).</summary>
    [Syscall(49)]
    internal static long Bind(int descriptor, ulong address, int length)
    {
        long result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result < 0)
        {
            return result;
        }

        result = SocketAddress.Read(address, length, out SocketAddress name);
        result = result < 0 ? result : reference.Socket->IsUnix ? BindUnix(reference.Socket, name) : BindInternet(reference.Socket, name);
        reference.Release();
        return result;
    }

    /// <summary>listen(2).</summary>
    [Syscall(50)]
    internal static long Listen(int descriptor, int backlog)
    {
        long result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result == 0)
        {
            result = Connections.Listen(reference.Socket, backlog);
            reference.Release();
        }

        return result;
    }

    /// <summary>accept(2).</summary>
    [Syscall(43)]
    internal static long Accept(int descriptor, ulong address, UserPointer<int> length) => Accept(descriptor, address, length, 0);

    /// <summary>accept4(2).</summary>
    [Syscall(288)]
    internal static long Accept(int descriptor, ulong address, UserPointer<int> length, OpenFlags flags)
    {
        long result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result < 0)
        {
            return result;
        }

        result = (flags & ~KnownFlags) != 0 ? -Errno.EINVAL : Accept(reference, address, length, flags);
        reference.Release();
        return result;
    }

    /// <summary>connect(2).</summary>
    [Syscall(42)]
    internal static long Connect(int descriptor, ulong address, int length)
    {
        long result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result < 0)
        {
            return result;
        }

        result = SocketAddress.Read(address, length, out SocketAddress name);
        if (result == 0)
        {
            Socket* socket = reference.Socket;
            result = socket->IsUnix ? ConnectUnix(socket, name, reference.IsNonBlocking) : ConnectInternet(socket, name, reference.IsNonBlocking);
        }

        reference.Release();
        return result;
    }

    /// <summary>shutdown(2).</summary>
    [Syscall(48)]
    internal static long ShutDown(int descriptor, int how)
    {
        long result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result == 0)
        {
            result = Connections.ShutDown(reference.Socket, how);
            reference.Release();
        }

        return result;
    }

    /// <summary>getsockname(2).</summary>
    [Syscall(51)]
    internal static long GetName(int descriptor, ulong address, UserPointer<int> length)
    {
        long result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result == 0)
        {
            result = SocketAddresses.OfSelf(reference.Socket).WriteRequired(address, length);
            reference.Release();
        }

        return result;
    }

    /// <summary>getpeername(2).</summary>
    [Syscall(52)]
    internal static long GetPeerName(int descriptor, ulong address, UserPointer<int> length)
    {
        long result = SocketReference.Get(descriptor, out SocketReference reference);
        if (result == 0)
        {
            result = SocketAddresses.OfPeer(reference.Socket, out SocketAddress name);
            result = result < 0 ? result : name.WriteRequired(address, length);
            reference.Release();
        }

        return result;
    }

    private static long Make(int family, int type, int protocol, out Socket* socket)
    {
        socket = null;
        SocketType kind = (SocketType)(type & TypeMask);
        if (((OpenFlags)(type & ~TypeMask) & ~KnownFlags) != 0)
        {
            return -Errno.EINVAL;
        }

        if (family is < 0 or > LargestFamily)
        {
            return -Errno.EAFNOSUPPORT;
        }

        if ((int)kind > LargestType)
        {
            return -Errno.EINVAL;
        }

        long result = (AddressFamily)family switch
        {
            AddressFamily.Unix => CheckUnix(ref kind, protocol),
            AddressFamily.Internet or AddressFamily.Internet6 => CheckInternet(kind, ref protocol),
            _ => -Errno.EAFNOSUPPORT,
        };
        if (result < 0)
        {
            return result;
        }

        Socket.Own = new ProcessCredentials { Process = Process.Id };
        socket = Socket.Make((AddressFamily)family, kind, family == (int)AddressFamily.Unix ? 0 : protocol);
        return socket == null ? -Errno.ENOMEM : 0;
    }

    private static long CheckUnix(ref SocketType type, int protocol)
    {
        if (protocol is not 0 and not (int)AddressFamily.Unix)
        {
            return -Errno.EPROTONOSUPPORT;
        }

        // BSD had raw local sockets; Linux makes them datagram sockets.
        type = type == SocketType.Raw ? SocketType.Datagram : type;
        return type is SocketType.Stream or SocketType.Datagram or SocketType.SequentialPacket ? 0 : -Errno.ESOCKTNOSUPPORT;
    }

    private static long CheckInternet(SocketType type, ref int protocol)
    {
        int only = type switch
        {
            SocketType.Stream => SocketOption.TcpLevel,
            SocketType.Datagram => SocketOption.UdpLevel,
            _ => 0,
        };
        if (only == 0)
        {
            return type == SocketType.Raw ? -Errno.EPROTONOSUPPORT : -Errno.ESOCKTNOSUPPORT;
        }

        if (protocol != 0 && protocol != only)
        {
            return -Errno.EPROTONOSUPPORT;
        }

        protocol = only;
        return 0;
    }

    private static long OpenPair(int family, int type, int protocol, out OpenFile* first, out OpenFile* second)
    {
        first = second = null;
        long result = Make(family, type, protocol, out Socket* one);
        if (result < 0)
        {
            return result;
        }

        Socket* two = null;
        result = one->IsUnix ? Make(family, type, protocol, out two) : -Errno.EOPNOTSUPP;
        if (result < 0)
        {
            Connections.Close(one);
            return result;
        }

        Connections.Pair(one, two);
        OpenFlags flags = (OpenFlags)(type & ~TypeMask);
        first = Open(one, flags);
        second = first == null ? null : Open(two, flags);
        if (second != null)
        {
            return 0;
        }

        if (first != null)
        {
            OpenFile.Drop(first);
        }
        else
        {
            Connections.Close(one);
        }

        Connections.Close(two);
        return -Errno.ENOMEM;
    }

    // The socket is the open file's, or closed.
    private static long Install(Socket* socket, OpenFlags flags)
    {
        long descriptor = DescriptorTable.Reserve((flags & OpenFlags.CloseOnExec) != 0);
        if (descriptor < 0)
        {
            Connections.Close(socket);
            return descriptor;
        }

        OpenFile* file = Open(socket, flags);
        if (file == null)
        {
            DescriptorTable.Unreserve((int)descriptor);
            Connections.Close(socket);
            return -Errno.ENOMEM;
        }

        DescriptorTable.Install((int)descriptor, file);
        return descriptor;
    }

    private static OpenFile* Open(Socket* socket, OpenFlags flags)
    {
        FileNode* node = FileTree.NewNameless(FileMode.Socket | Permissions, FileSystemKind.Sockets);
        OpenFile* file = node == null ? null
            : OpenFile.Create(node, PollableFiles.Socket, socket, (flags & ~OpenFlags.CloseOnExec) | OpenFlags.ReadWrite);
        FileNode.Drop(node);
        return file;
    }

    private static long BindUnix(Socket* socket, in SocketAddress address)
    {
        long result = SocketAddresses.ReadUnix(address, out ReadOnlySpan<byte> name);
        return result < 0 ? result
            : name.IsEmpty ? UnixNames.BindAutomatic(socket)
            : name[0] == 0 ? UnixNames.BindAbstract(socket, name)
            : BindPath(socket, name);
    }

    // Linux makes the file first, and takes it away again from a socket that has a name: a file that is there is the
    // first error (net/unix/af_unix.c, unix_bind_bsd).
    private static long BindPath(Socket* socket, ReadOnlySpan<byte> path)
    {
        FileNode* node = FileTree.NewNode((FileMode.Socket | Permissions) & ~Process.FileModeMask);
        if (node == null)
        {
            return -Errno.ENOSPC;
        }

        long result = Names.Make(path, node);
        if (result == 0)
        {
            result = UnixNames.BindPath(socket, path, node);
            if (result < 0)
            {
                FileTree.Lock.Enter();
                if (node->Entry != null && !node->Entry->IsRemoved)
                {
                    FileNode.Drop(FileTree.Remove(node->Entry));
                }

                FileTree.Lock.Exit();
            }
        }

        FileNode.Drop(node);
        return result == -Errno.EEXIST ? -Errno.EADDRINUSE : result;
    }

    private static long BindInternet(Socket* socket, in SocketAddress address)
    {
        long result = SocketAddresses.ReadInternet(socket, address, out InternetEndpoint endpoint);
        if (result < 0)
        {
            return result == -Errno.ENETUNREACH ? -Errno.EINVAL : result;
        }

        if (!endpoint.IsWildcard && !endpoint.IsLoopback)
        {
            return -Errno.EADDRNOTAVAIL;
        }

        return socket->State != SocketState.New ? -Errno.EINVAL : InternetPorts.Bind(socket, endpoint);
    }

    private static long ConnectUnix(Socket* socket, in SocketAddress address, bool isNonBlocking)
    {
        if (!socket->IsConnectionBased)
        {
            return ConnectDatagrams(socket, address);
        }

        long result = SocketAddresses.FindUnix(socket, Process.WorkingDirectory, address, out Socket* listener);
        if (result == 0)
        {
            result = Connections.ConnectUnix(socket, listener, isNonBlocking);
            Socket.Drop(listener);
        }

        return result;
    }

    // To nobody with AF_UNSPEC, or to a socket that is not connected to somebody else.
    private static long ConnectDatagrams(Socket* socket, in SocketAddress address)
    {
        Socket* target = null;
        if (address.Length < SocketAddress.FamilyBytes)
        {
            return -Errno.EINVAL;
        }

        if (address.Family != AddressFamily.Unspecified)
        {
            long result = SocketAddresses.FindUnix(socket, Process.WorkingDirectory, address, out target);
            if (result < 0)
            {
                return result;
            }

            if (target->Peer != null && target->Peer != socket)
            {
                Socket.Drop(target);
                return -Errno.EPERM;
            }
        }

        socket->Lock.Enter();
        Socket* before = Socket.Detach(socket);
        if (target != null)
        {
            Socket.Attach(socket, target);
        }

        socket->Lock.Exit();
        Socket.Drop(before);
        Socket.TellAll(socket);
        return 0;
    }

    private static long ConnectInternet(Socket* socket, in SocketAddress address, bool isNonBlocking)
    {
        if (address.Length < SocketAddress.FamilyBytes)
        {
            return -Errno.EINVAL;
        }

        if (address.Family == AddressFamily.Unspecified)
        {
            return Disconnect(socket);
        }

        long result = SocketAddresses.ReadInternet(socket, address, out InternetEndpoint to);
        if (result < 0)
        {
            return result;
        }

        to = to.OrLoopback();
        if (!to.IsLoopback)
        {
            return -Errno.ENETUNREACH;
        }

        return socket->IsStream ? Connections.ConnectTcp(socket, to, isNonBlocking) : ConnectUdp(socket, to);
    }

    private static long ConnectUdp(Socket* socket, in InternetEndpoint to)
    {
        if (!socket->IsBound)
        {
            long result = InternetPorts.Bind(socket, socket->Local);
            if (result < 0)
            {
                return -Errno.EAGAIN;
            }
        }

        if (socket->Local.IsWildcard)
        {
            InternetPorts.SetAddress(socket, to.Source(0));
        }

        socket->Lock.Enter();
        socket->Remote = to;
        socket->Error = 0;
        socket->Lock.Exit();
        return 0;
    }

    private static long Disconnect(Socket* socket)
    {
        if (socket->IsStream)
        {
            return socket->State == SocketState.New ? 0 : -Errno.EOPNOTSUPP;
        }

        socket->Lock.Enter();
        socket->Remote = InternetEndpoint.None(socket->Family);
        socket->Lock.Exit();
        return 0;
    }

    private static long Accept(SocketReference reference, ulong address, UserPointer<int> length, OpenFlags flags)
    {
        long descriptor = DescriptorTable.Reserve((flags & OpenFlags.CloseOnExec) != 0);
        if (descriptor < 0)
        {
            return descriptor;
        }

        long result = Connections.Accept(reference.Socket, reference.IsNonBlocking, out Socket* accepted);
        if (result == 0)
        {
            result = SocketAddresses.OfPeer(accepted, out SocketAddress peer) < 0 && !accepted->IsUnix ? -Errno.ECONNABORTED : peer.Write(address, length);
            OpenFile* file = result < 0 ? null : Open(accepted, flags);
            if (file != null)
            {
                DescriptorTable.Install((int)descriptor, file);
                return descriptor;
            }

            Connections.Close(accepted);
            result = result < 0 ? result : -Errno.ENOMEM;
        }

        DescriptorTable.Unreserve((int)descriptor);
        return result;
    }
}
