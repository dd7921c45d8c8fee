using AzaleaOS.Abi;
using AzaleaOS.Files;
using AzaleaOS.Files.Sockets;

namespace AzaleaOS.Syscalls;

/// <summary>The socket that a descriptor means, for as long as one call uses it.</summary>
internal readonly unsafe struct SocketReference(FileReference reference)
{
    private readonly FileReference _reference = reference;

    /// <summary>The socket.</summary>
    internal Socket* Socket => (Socket*)_reference.File->Data;

    /// <summary>O_NONBLOCK.</summary>
    internal bool IsNonBlocking => _reference.File->IsNonBlocking;

    /// <summary>Finds the socket of a descriptor.</summary>
    /// <returns>0, or -EBADF, -ENOTSOCK; only after 0 is the reference to be released.</returns>
    internal static long Get(int descriptor, out SocketReference socket)
    {
        FileReference reference = DescriptorTable.Get(descriptor);
        socket = new SocketReference(reference);
        if (reference.IsNull)
        {
            return -Errno.EBADF;
        }

        if (reference.File->Operations != PollableFiles.Socket)
        {
            reference.Release();
            return -Errno.ENOTSOCK;
        }

        return 0;
    }

    /// <summary>The call does not use it any more.</summary>
    internal void Release() => _reference.Release();
}
