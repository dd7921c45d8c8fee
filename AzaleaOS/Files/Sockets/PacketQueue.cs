using System.Threading;

namespace AzaleaOS.Files.Sockets;

/// <summary>What a socket has received and nobody has read.</summary>
/// <remarks>Guarded by the socket's lock; <see cref="IsEmpty"/> and <see cref="Charge"/> are read without it by poll.</remarks>
internal unsafe struct PacketQueue
{
    private int _charge;
    private int _count;

    /// <summary>The oldest packet.</summary>
    internal Packet* First { get; private set; }

    /// <summary>The newest one.</summary>
    internal Packet* Last { get; private set; }

    /// <summary>Bytes to read.</summary>
    internal long Bytes { get; private set; }

    /// <summary>Memory that the packets take.</summary>
    internal readonly int Charge => Volatile.Read(in _charge);

    /// <summary>Packets.</summary>
    internal readonly int Count => Volatile.Read(in _count);

    /// <summary>Nothing to read.</summary>
    internal readonly bool IsEmpty => Count == 0;

    /// <summary>Adds a packet or a datagram of several.</summary>
    internal void Add(Packet* packet)
    {
        packet->Next = null;
        if (Last == null)
        {
            First = packet;
        }
        else
        {
            Last->Next = packet;
        }

        Last = packet;
        for (Packet* piece = packet; piece != null; piece = piece->More)
        {
            _charge += piece->Charge;
            Bytes += piece->Count;
        }

        _count++;
    }

    /// <summary>Bytes were added to the last packet.</summary>
    internal void Grew(int bytes) => Bytes += bytes;

    /// <summary>Bytes were taken from the first packet.</summary>
    internal void Shrank(int bytes) => Bytes -= bytes;

    /// <summary>Takes the first packet off; what is left in it goes with it.</summary>
    internal Packet* TakeFirst()
    {
        Packet* packet = First;
        First = packet->Next;
        if (First == null)
        {
            Last = null;
        }

        for (Packet* piece = packet; piece != null; piece = piece->More)
        {
            _charge -= piece->Charge;
            Bytes -= piece->Count;
        }

        _count--;
        packet->Next = null;
        return packet;
    }

    /// <summary>Takes everything off: a list by <see cref="Packet.Next"/>.</summary>
    internal Packet* TakeAll()
    {
        Packet* first = First;
        this = default;
        return first;
    }
}
