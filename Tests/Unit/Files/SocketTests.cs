using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using AzaleaOS.Syscalls;
using AzaleaOS.Tests.Unit.Applications;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Files;

/// <summary>Sockets, without waiting.</summary>
[Collection(nameof(ApplicationTests))]
public sealed unsafe class SocketTests : IDisposable
{
    private const int Unix = (int)AddressFamily.Unix;
    private const int NonBlocking = (int)OpenFlags.NonBlocking;

    private readonly HostApplication _host = new();
    private readonly ulong _buffer = HostApplication.Room(40_000);

    public void Dispose() => _host.Dispose();

    [Property(MaxTest = 200)]
    public void Whatever_is_sent_and_received_a_stream_is_a_queue_of_bytes((bool IsSend, ushort Size)[] steps)
    {
        (int one, int two) = Pair(SocketType.Stream);
        var model = new Queue<byte>();
        byte next = 0;
        foreach ((bool isSend, ushort size) in steps)
        {
            int count = (size % 40_000) + 1;
            Span<byte> bytes = HostApplication.At(_buffer, count);
            if (isSend)
            {
                for (int i = 0; i < count; i++)
                    bytes[i] = (byte)(next + i);
                long sent = Transfers.Write(one, _buffer, (ulong)count);
                Assert.True(sent is > 0 || sent == -Errno.EAGAIN, $"{sent}");
                for (int i = 0; i < sent; i++)
                    model.Enqueue(next++);
            }
            else
            {
                long received = Transfers.Read(two, _buffer, (ulong)count);
                Assert.Equal(model.Count == 0 ? -Errno.EAGAIN : Math.Min(count, model.Count), received);
                for (int i = 0; i < received; i++)
                    Assert.Equal(model.Dequeue(), bytes[i]);
            }

            Assert.True(model.Count <= 212_992 + 4096);
        }

        Opening.Close(one);
        Opening.Close(two);
    }

    [Property(MaxTest = 200)]
    public void A_message_arrives_whole_and_by_itself(ushort[] sizes)
    {
        (int one, int two) = Pair(SocketType.SequentialPacket);
        var model = new Queue<int>();
        foreach (ushort size in sizes)
        {
            int count = size % 40_000;
            HostApplication.At(_buffer, count).Fill((byte)count);
            long sent = Transfers.Write(one, _buffer, (ulong)count);
            Assert.True(sent == count || sent == -Errno.EAGAIN, $"{sent}");
            if (sent >= 0)
                model.Enqueue(count);
        }

        while (model.TryDequeue(out int length))
        {
            Assert.Equal(length, Transfers.Read(two, _buffer, 40_000));
            Assert.Equal(-1, HostApplication.At(_buffer, length).IndexOfAnyExcept((byte)length));
        }

        Assert.Equal(-Errno.EAGAIN, Transfers.Read(two, _buffer, 40_000));
        Opening.Close(one);
        Opening.Close(two);
    }

    [Fact]
    public void A_socket_cannot_be_sent_into_its_own_queue_or_a_circle()
    {
        (int a, int b) = Pair(SocketType.Stream);
        (int c, int d) = Pair(SocketType.Stream);
        Assert.Equal(1, SendFile(a, a));
        Assert.Equal(-Errno.ETOOMANYREFS, SendFile(a, b));
        Assert.Equal(1, SendFile(a, d));
        Assert.Equal(-Errno.ETOOMANYREFS, SendFile(c, b));
        Assert.Equal(1, SendFile(c, a));
    }

    [Fact]
    public void Files_under_way_are_closed_with_the_socket_that_would_have_got_them()
    {
        (int a, int b) = Pair(SocketType.Datagram);
        ulong room = HostApplication.Room(8);
        Assert.Equal(0, PipeCalls.Pipe(new UserPointer<DescriptorPair>(room), OpenFlags.NonBlocking));
        int reader = BitConverter.ToInt32(HostApplication.At(room, 4));
        int writer = BitConverter.ToInt32(HostApplication.At(room + 4, 4));
        Assert.Equal(1, SendFile(a, writer));
        Opening.Close(writer);
        Assert.Equal(-Errno.EAGAIN, Transfers.Read(reader, _buffer, 1));
        Opening.Close(b);
        Assert.Equal(0, Transfers.Read(reader, _buffer, 1));
    }

    [Fact]
    public void Sockets_that_are_closed_give_their_memory_back()
    {
        int left = 0;
        for (int round = 0; round < 20; round++)
        {
            (int a, int b) = Pair(SocketType.Stream);
            Assert.True(Transfers.Write(a, _buffer, 40_000) > 0);
            Opening.Close(a);
            Opening.Close(b);
            int listener = Listener(out byte[] address);
            int client = (int)SocketCalls.Create((int)AddressFamily.Internet, (int)SocketType.Stream | NonBlocking, 0);
            Assert.Equal(-Errno.EINPROGRESS, SocketCalls.Connect(client, HostApplication.Put(address), address.Length));
            Assert.True(Transfers.Write(client, _buffer, 30_000) > 0);
            Opening.Close(listener);
            Opening.Close(client);

            // What the first round leaves are pools, which the next ones use.
            if (round > 0)
                Assert.Equal(left, HostApplication.KernelPagesLeft);
            left = HostApplication.KernelPagesLeft;
        }
    }

    [Fact]
    public void Ports_are_given_out_once_and_come_back()
    {
        int listener = Listener(out byte[] address);
        int other = (int)SocketCalls.Create((int)AddressFamily.Internet, (int)SocketType.Stream, 0);
        Assert.Equal(-Errno.EADDRINUSE, SocketCalls.Bind(other, HostApplication.Put(address), address.Length));
        Opening.Close(listener);
        Assert.Equal(0, SocketCalls.Bind(other, HostApplication.Put(address), address.Length));
        byte[] elsewhere = [.. address];
        elsewhere[4] = 10;
        int third = (int)SocketCalls.Create((int)AddressFamily.Internet, (int)SocketType.Stream, 0);
        Assert.Equal(-Errno.EADDRNOTAVAIL, SocketCalls.Bind(third, HostApplication.Put(elsewhere), elsewhere.Length));
        Assert.Equal(-Errno.ENETUNREACH, SocketCalls.Connect(third, HostApplication.Put(elsewhere), elsewhere.Length));
    }

    private static int Listener(out byte[] address)
    {
        int listener = (int)SocketCalls.Create((int)AddressFamily.Internet, (int)SocketType.Stream | NonBlocking, 0);
        ulong at = HostApplication.Put([2, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        Assert.Equal(0, SocketCalls.Bind(listener, at, 16));
        Assert.Equal(0, SocketCalls.Listen(listener, 5));
        Assert.Equal(0, SocketCalls.GetName(listener, at, new UserPointer<int>(HostApplication.Put([16, 0, 0, 0]))));
        address = HostApplication.At(at, 16).ToArray();
        return listener;
    }

    private static (int One, int Two) Pair(SocketType type)
    {
        ulong room = HostApplication.Room(8);
        Assert.Equal(0, SocketCalls.CreatePair(Unix, (int)type | NonBlocking, 0, new UserPointer<DescriptorPair>(room)));
        return (BitConverter.ToInt32(HostApplication.At(room, 4)), BitConverter.ToInt32(HostApplication.At(room + 4, 4)));
    }

    // One byte with one descriptor.
    private long SendFile(int socket, int file)
    {
        ulong control = HostApplication.Put([20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, (byte)file, 0, 0, 0]);
        ulong vector = HostApplication.Put(System.Runtime.InteropServices.MemoryMarshal.AsBytes<ulong>([_buffer, 1]));
        ulong header = HostApplication.Put(System.Runtime.InteropServices.MemoryMarshal.AsBytes<ulong>([0, 0, vector, 1, control, 20, 0]));
        return MessageCalls.Send(socket, new UserPointer<MessageHeader>(header), MessageFlags.NoSignal);
    }
}
