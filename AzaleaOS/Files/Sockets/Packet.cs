using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;

namespace AzaleaOS.Files.Sockets;

/// <summary>A piece of what a socket has received: the bytes lie behind this header in the same object.</summary>
/// <remarks>
/// A datagram is one packet or, if it is long, a chain of them by <see cref="More"/>; of a stream each packet is
/// by itself. Short ones take <see cref="SmallBytes"/>, others a page. Guarded by the lock of the socket that has it.
/// </remarks>
internal unsafe struct Packet
{
    /// <summary>Memory of a small packet.</summary>
    internal const int SmallBytes = 512;

    private static SharedPool<SmallPacket> s_small;

    /// <summary>The next message.</summary>
    internal Packet* Next;

    /// <summary>The next piece of the same datagram.</summary>
    internal Packet* More;

    /// <summary>Files that come with the first byte.</summary>
    internal Rights* Rights;

    /// <summary>The name of the sender, of a local socket that has one; held.</summary>
    internal UnixName* SenderName;

    /// <summary>The address of the sender, of an internet socket.</summary>
    internal InternetEndpoint Sender;

    /// <summary>Who sent it.</summary>
    internal ProcessCredentials Credentials;

    /// <summary>Where in the data the first byte is.</summary>
    internal ushort Begin;

    /// <summary>Where in the data the last byte ends.</summary>
    internal ushort End;

    /// <summary>How much room for data there is.</summary>
    internal ushort Room;

    /// <summary><see cref="Credentials"/> were asked for.</summary>
    internal bool HasCredentials;

    /// <summary>Bytes of the whole datagram; for a stream, of this packet when it was full.</summary>
    internal int Length;

    /// <summary>Bytes that are here.</summary>
    internal readonly int Count => End - Begin;

    /// <summary>Memory that it takes.</summary>
    internal readonly int Charge => Room <= SmallBytes ? SmallBytes : KernelPages.Size;

    private static int SmallRoom => SmallBytes - sizeof(Packet);

    private static int LargeRoom => KernelPages.Size - sizeof(Packet);

    /// <summary>Forgets all packets.</summary>
    internal static void Reset() => s_small = default;

    /// <summary>The data of a packet.</summary>
    internal static byte* Data(Packet* packet) => (byte*)(packet + 1);

    /// <summary>Makes a packet with room for as much as possible of some bytes; null when memory is exhausted.</summary>
    internal static Packet* Make(ulong bytes)
    {
        bool isSmall = bytes <= (ulong)SmallRoom;
        Packet* packet = isSmall ? (Packet*)s_small.Take() : (Packet*)BufferPages.Take();
        if (packet != null)
        {
            *packet = default;
            packet->Room = (ushort)(isSmall ? SmallRoom : LargeRoom);
        }

        return packet;
    }

    /// <summary>Takes packets apart that are no one's: a message with its pieces. No lock is held: files may be closed.</summary>
    internal static void Free(Packet* packet)
    {
        Sockets.Rights.Drop(packet->Rights);
        UnixName.Drop(packet->SenderName);
        while (packet != null)
        {
            Packet* more = packet->More;
            if (packet->Room <= SmallBytes)
            {
                s_small.Return((SmallPacket*)packet);
            }
            else
            {
                BufferPages.Give(packet);
            }

            packet = more;
        }
    }

    /// <summary>Makes a datagram of all bytes of a transfer.</summary>
    /// <param name="transfer">The bytes.</param>
    /// <param name="made">The datagram.</param>
    /// <returns>0, or -ENOMEM, -EFAULT.</returns>
    internal static long Datagram(Transfer* transfer, out Packet* made)
    {
        int length = (int)transfer->Left;
        Packet* first = Make(transfer->Left);
        Packet* last = first;
        made = first;
        while (last != null)
        {
            ulong wanted = Math.Min(transfer->Left, last->Room);
            if (transfer->Take(Data(last), wanted) != wanted)
            {
                Free(first);
                return -Errno.EFAULT;
            }

            last->End = (ushort)wanted;
            if (transfer->Left == 0)
            {
                first->Length = length;
                return 0;
            }

            last->More = Make(transfer->Left);
            last = last->More;
        }

        if (first != null)
        {
            Free(first);
        }

        return -Errno.ENOMEM;
    }

    [InlineArray(SmallBytes)]
    private struct SmallPacket
    {
        private byte _first;
    }
}
