using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Sockets;

/// <summary>Which local socket a name leads to.</summary>
/// <remarks>
/// An abstract name is in the table while its socket is open. A path leads to a node whose object is the
/// socket, as long as it is open. <see cref="s_lock"/> guards both; it is taken without any socket's lock.
/// </remarks>
internal static unsafe class UnixNames
{
    private const int BucketCount = KernelPages.Size / sizeof(ulong);
    private const int AutomaticNames = 1 << 20;

    private static Mutex s_lock;
    private static UnixName** s_buckets;
    private static uint s_nextAutomatic;

    /// <summary>Forgets all names.</summary>
    /// <returns>False when memory is exhausted.</returns>
    internal static bool Initialize()
    {
        UnixName.Reset();
        s_buckets = (UnixName**)KernelPages.Take();
        return s_buckets != null;
    }

    /// <summary>Gives a socket an abstract name.</summary>
    /// <returns>0, or -EADDRINUSE, -EINVAL (it has a name), -ENOMEM.</returns>
    internal static long BindAbstract(Socket* socket, ReadOnlySpan<byte> text)
    {
        UnixName* name = UnixName.Make(text);
        if (name == null)
        {
            return -Errno.ENOMEM;
        }

        s_lock.Enter();
        UnixName** bucket = s_buckets + (HashOf(text) % BucketCount);
        long result = socket->Name != null ? -Errno.EINVAL
            : FindIn(*bucket, text, socket->Type) != null ? -Errno.EADDRINUSE
            : SetName(socket, name, null);
        if (result == 0)
        {
            name->Owner = socket;
            name->Next = *bucket;
            *bucket = UnixName.Hold(name);
        }

        s_lock.Exit();
        if (result < 0)
        {
            UnixName.Drop(name);
        }

        return result;
    }

    /// <summary>Gives a socket an abstract name that nobody else has: five hexadecimal digits, as Linux does.</summary>
    /// <returns>0, or -EADDRINUSE, -ENOMEM; a socket that has a name keeps it.</returns>
    internal static long BindAutomatic(Socket* socket)
    {
        Span<byte> text = stackalloc byte[6];
        for (int attempt = 0; attempt < AutomaticNames; attempt++)
        {
            uint number = System.Threading.Interlocked.Increment(ref s_nextAutomatic) % AutomaticNames;
            text[0] = 0;
            for (int digit = 5; digit > 0; digit--, number >>= 4)
            {
                text[digit] = "0123456789abcdef"u8[(int)(number & 15)];
            }

            long result = BindAbstract(socket, text);
            if (result != -Errno.EADDRINUSE)
            {
                return result == -Errno.EINVAL ? 0 : result;
            }
        }

        return -Errno.EADDRINUSE;
    }

    /// <summary>Gives a socket a path as its name, for which a node was made.</summary>
    /// <returns>0, or -EINVAL (it has a name), -ENOMEM.</returns>
    internal static long BindPath(Socket* socket, ReadOnlySpan<byte> path, FileNode* node)
    {
        UnixName* name = UnixName.Make(path);
        if (name == null)
        {
            return -Errno.ENOMEM;
        }

        s_lock.Enter();
        long result = SetName(socket, name, node);
        if (result == 0)
        {
            node->Object = socket;
        }

        s_lock.Exit();
        if (result < 0)
        {
            UnixName.Drop(name);
        }

        return result;
    }

    /// <summary>Finds the socket of a type that has an abstract name; held, or null. Each type has names of its own.</summary>
    internal static Socket* Find(ReadOnlySpan<byte> text, SocketType type)
    {
        s_lock.Enter();
        UnixName* name = FindIn(s_buckets[HashOf(text) % BucketCount], text, type);
        Socket* found = name == null ? null : Socket.Hold(name->Owner);
        s_lock.Exit();
        return found;
    }

    /// <summary>Finds the socket that a node of the file system leads to; held, or null.</summary>
    internal static Socket* Find(FileNode* node)
    {
        s_lock.Enter();
        Socket* found = node->Kind != FileMode.Socket || node->Object == null ? null : Socket.Hold((Socket*)node->Object);
        s_lock.Exit();
        return found;
    }

    /// <summary>A socket is closed: its name leads nowhere from now on.</summary>
    internal static void Forget(Socket* socket)
    {
        s_lock.Enter();
        UnixName* name = socket->Name;
        bool isListed = name != null && name->Owner == socket;
        if (isListed)
        {
            UnixName** place = s_buckets + (HashOf(name->Bytes) % BucketCount);
            while (*place != name)
            {
                place = &(*place)->Next;
            }

            *place = name->Next;
            name->Owner = null;
        }

        FileNode* node = socket->Node;
        if (node != null)
        {
            node->Object = null;
            socket->Node = null;
        }

        s_lock.Exit();
        FileNode.Drop(node);
        if (isListed)
        {
            UnixName.Drop(name);
        }
    }

    private static long SetName(Socket* socket, UnixName* name, FileNode* node)
    {
        if (socket->Name != null)
        {
            return -Errno.EINVAL;
        }

        if (node != null)
        {
            FileNode.Hold(node);
        }

        socket->Node = node;
        socket->Name = name;
        return 0;
    }

    private static UnixName* FindIn(UnixName* name, ReadOnlySpan<byte> text, SocketType type)
    {
        while (name != null && (name->Owner->Type != type || !name->Bytes.SequenceEqual(text)))
        {
            name = name->Next;
        }

        return name;
    }

    // FNV-1a.
    private static uint HashOf(ReadOnlySpan<byte> text)
    {
        uint hash = 2166136261;
        foreach (byte letter in text)
        {
            hash = (hash ^ letter) * 16777619;
        }

        return hash;
    }
}
