using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Files.Sockets;

/// <summary>struct sockaddr of any family, as a program gives or gets it.</summary>
internal unsafe struct SocketAddress
{
    /// <summary>Bytes of the largest one: struct sockaddr_storage.</summary>
    internal const int Most = 128;

    /// <summary>Bytes of a family alone.</summary>
    internal const int FamilyBytes = 2;

    /// <summary>Bytes of struct sockaddr_in.</summary>
    internal const int Internet4Bytes = 16;

    /// <summary>Bytes of struct sockaddr_in6 without its last field, which a program may leave out.</summary>
    internal const int Internet6LeastBytes = 24;

    /// <summary>Bytes of struct sockaddr_in6.</summary>
    internal const int Internet6Bytes = 28;

    /// <summary>Bytes of struct sockaddr_un.</summary>
    internal const int UnixBytes = 110;

    private Storage _bytes;

    /// <summary>How long it is; 0 for none.</summary>
    internal int Length { get; private set; }

    /// <summary>Its family.</summary>
    internal readonly AddressFamily Family => Length < FamilyBytes ? AddressFamily.Unspecified : (AddressFamily)BinaryPrimitives.ReadUInt16LittleEndian(Bytes);

    /// <summary>All its bytes.</summary>
    [UnscopedRef]
    internal readonly ReadOnlySpan<byte> Bytes => ((ReadOnlySpan<byte>)_bytes)[..Length];

    /// <summary>Reads one of the application.</summary>
    /// <returns>0, or -EINVAL, -EFAULT.</returns>
    internal static long Read(ulong from, int length, out SocketAddress address)
    {
        address = default;
        if (length is < 0 or > Most)
        {
            return -Errno.EINVAL;
        }

        fixed (byte* to = (Span<byte>)address._bytes)
        {
            if (UserMemory.CopyIn(to, from, (ulong)length) != (ulong)length)
            {
                return -Errno.EFAULT;
            }
        }

        address.Length = length;
        return 0;
    }

    /// <summary>A family and what follows it.</summary>
    internal static SocketAddress Of(AddressFamily family, ReadOnlySpan<byte> rest)
    {
        SocketAddress address = default;
        address.Length = FamilyBytes + rest.Length;
        BinaryPrimitives.WriteUInt16LittleEndian(address._bytes, (ushort)family);
        rest.CopyTo(((Span<byte>)address._bytes)[FamilyBytes..]);
        return address;
    }

    /// <summary>An internet address in the form of a family.</summary>
    internal static SocketAddress Of(AddressFamily family, in InternetEndpoint endpoint)
    {
        Span<byte> rest = stackalloc byte[Internet6Bytes - FamilyBytes];
        rest.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(rest, endpoint.Port);
        if (family == AddressFamily.Internet)
        {
            BinaryPrimitives.WriteUInt32BigEndian(rest[2..], endpoint.Address4);
            return Of(family, rest[..(Internet4Bytes - FamilyBytes)]);
        }

        BinaryPrimitives.WriteUInt64BigEndian(rest[6..], endpoint.High);
        BinaryPrimitives.WriteUInt64BigEndian(rest[14..], endpoint.Low);
        return Of(family, rest);
    }

    /// <summary>Gives it to the application, as much as there is room for, and says how long it is.</summary>
    /// <param name="to">Where; 0 for nowhere.</param>
    /// <param name="room">Where the application says how much room there is, and is told the length.</param>
    /// <returns>0, or -EFAULT, -EINVAL.</returns>
    internal readonly long Write(ulong to, UserPointer<int> room)
    {
        return to == 0 ? 0 : WriteRequired(to, room);
    }

    /// <summary>The same where an address of 0 is an error.</summary>
    internal readonly long WriteRequired(ulong to, UserPointer<int> room)
    {
        if (!room.TryRead(out int bytes))
        {
            return -Errno.EFAULT;
        }

        if (bytes < 0)
        {
            return -Errno.EINVAL;
        }

        // Linux, net/socket.c, move_addr_to_user: the length first.
        return room.TryWrite(Length) && UserMemory.TryWrite(to, Bytes[..Math.Min(bytes, Length)]) ? 0 : -Errno.EFAULT;
    }

    [InlineArray(Most)]
    private struct Storage
    {
        private byte _first;
    }
}
