using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.VhostUser;

/// <summary>A message from the front end with the descriptors that came along. Used again and again.</summary>
internal sealed unsafe class VhostUserMessage : IDisposable
{
    /// <summary>The most descriptors of a message: one for each region of a memory table.</summary>
    internal const int MaxDescriptors = 8;

    /// <summary>The longest payload that any request of the protocol has.</summary>
    internal const int MaxPayload = 4096;

    private const int ControlBytes = 16 + MaxDescriptors * sizeof(int);

    private readonly byte[] _payload = new byte[MaxPayload];
    private readonly int[] _descriptors = new int[MaxDescriptors];
    private VhostUserHeader _header;

    internal VhostUserRequest Request => _header.Request;

    internal bool NeedsReply => (_header.Flags & VhostUserHeader.NeedReply) != 0;

    internal Span<byte> Payload => _payload.AsSpan(0, (int)_header.Size);

    internal int DescriptorCount { get; private set; }

    /// <summary>Waits for a message. Descriptors of the one before that nobody took are closed.</summary>
    /// <returns>False if the front end hung up.</returns>
    /// <exception cref="VhostUserException">It is no message of this protocol.</exception>
    internal bool Receive(int socket)
    {
        CloseDescriptors();
        VhostUserHeader header;
        if (!ReceiveHeader(socket, new Span<byte>(&header, VhostUserHeader.Bytes)))
            return false;
        if ((header.Flags & VhostUserHeader.VersionMask) != VhostUserHeader.Version || (header.Flags & VhostUserHeader.Reply) != 0)
            throw new VhostUserException($"a message has the flags 0x{header.Flags:x}");
        if (header.Size > MaxPayload)
            throw new VhostUserException($"a message of {header.Size} bytes");

        _header = header;
        Fill(socket, Payload);
        return true;
    }

    /// <summary>A structure of the payload.</summary>
    /// <exception cref="VhostUserException">The payload is too short.</exception>
    internal T Read<T>(int offset = 0)
        where T : unmanaged
        => offset + sizeof(T) <= Payload.Length ? Unsafe.ReadUnaligned<T>(ref Payload[offset]) : throw new VhostUserException($"{Request} with {Payload.Length} bytes");

    /// <summary>Takes over a descriptor that came along.</summary>
    /// <exception cref="VhostUserException">There is none at that place any more.</exception>
    internal int TakeDescriptor(int index)
    {
        if (index >= DescriptorCount || _descriptors[index] < 0)
            throw new VhostUserException($"{Request} without descriptor {index}");

        int descriptor = _descriptors[index];
        _descriptors[index] = -1;
        return descriptor;
    }

    /// <summary>Answers this message.</summary>
    internal void Reply(int socket, ReadOnlySpan<byte> payload)
    {
        Span<byte> message = stackalloc byte[VhostUserHeader.Bytes + MaxPayload];
        message = message[..(VhostUserHeader.Bytes + payload.Length)];
        var header = new VhostUserHeader { Request = Request, Flags = VhostUserHeader.Version | VhostUserHeader.Reply, Size = (uint)payload.Length };
        MemoryMarshal.Write(message, in header);
        payload.CopyTo(message[VhostUserHeader.Bytes..]);
        fixed (byte* start = message)
        {
            for (int done = 0; done < message.Length;)
            {
                var buffer = new IoVector { Base = (ulong)(start + done), Length = (ulong)(message.Length - done) };
                var sent = new MessageHeader { Vector = (ulong)&buffer, VectorLength = 1 };
                nint count = Libc.SendMessage(socket, &sent, MessageFlags.NoSignal);
                // Who has hung up meanwhile needs no answer: there is no next message either.
                if (count < 0 && Libc.LastError == Errno.EPIPE)
                    return;
                if (count < 0 && Libc.LastError != Errno.EINTR)
                    throw LinuxException.Last("answer the front end");
                done += (int)Math.Max(count, 0);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => CloseDescriptors();

    private bool ReceiveHeader(int socket, Span<byte> header)
    {
        int count;
        fixed (byte* start = header)
        {
            byte* control = stackalloc byte[ControlBytes];
            var buffer = new IoVector { Base = (ulong)start, Length = (ulong)header.Length };
            var received = new MessageHeader { Vector = (ulong)&buffer, VectorLength = 1, Control = (ulong)control, ControlLength = ControlBytes };
            count = Receive(socket, &received);
            KeepDescriptors(control, received.ControlLength);
            if ((received.Flags & MessageFlags.ControlTruncated) != 0)
                throw new VhostUserException($"a message with more than {MaxDescriptors} descriptors");
        }

        if (count == 0)
            return false;

        Fill(socket, header[count..]);
        return true;
    }

    private static void Fill(int socket, Span<byte> target)
    {
        fixed (byte* start = target)
        {
            for (int done = 0; done < target.Length;)
            {
                var buffer = new IoVector { Base = (ulong)(start + done), Length = (ulong)(target.Length - done) };
                // Without room for control data, Linux closes descriptors that come in the middle.
                var received = new MessageHeader { Vector = (ulong)&buffer, VectorLength = 1 };
                int count = Receive(socket, &received);
                if (count == 0)
                    throw new VhostUserException("the front end hung up in the middle of a message");
                done += count;
            }
        }
    }

    /// <returns>Bytes; 0 if the front end is gone.</returns>
    private static int Receive(int socket, MessageHeader* message)
    {
        while (true)
        {
            nint count = Libc.ReceiveMessage(socket, message, MessageFlags.CloseOnExec);
            if (count >= 0)
                return (int)count;
            if (Libc.LastError == Errno.ECONNRESET)
                return 0;
            if (Libc.LastError != Errno.EINTR)
                throw LinuxException.Last("hear the front end");
        }
    }

    private void KeepDescriptors(byte* control, ulong length)
    {
        var header = (ControlHeader*)control;
        if (length < (ulong)sizeof(ControlHeader) || header->Level != ControlHeader.SocketLevel || header->Type != ControlHeader.Rights)
            return;

        int count = (int)(Math.Min(header->Length, length) - (ulong)sizeof(ControlHeader)) / sizeof(int);
        new ReadOnlySpan<int>(control + sizeof(ControlHeader), count).CopyTo(_descriptors);
        DescriptorCount = count;
    }

    private void CloseDescriptors()
    {
        for (int i = 0; i < DescriptorCount; i++)
        {
            if (_descriptors[i] >= 0)
                LinuxException.ThrowIfFailed(Libc.Close(_descriptors[i]), "close a descriptor of the front end");
        }

        DescriptorCount = 0;
    }
}
