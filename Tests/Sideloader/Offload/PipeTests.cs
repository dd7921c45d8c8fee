using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Offload;

/// <summary>Named pipes: how they are opened, asked for readiness, and filled by the host's kernel.</summary>
public sealed class PipeTests : IDisposable
{
    private const int ReadOnly = 0;
    private const int WriteOnly = 1;
    private const int ReadWrite = 2;
    private const int NonBlocking = 0x800;
    private const short In = 1;
    private const short Out = 4;
    private const short HangUp = 0x10;
    private const short NotOpen = 0x20;

    private readonly HostDirectory _host = new();
    private readonly OffloadClient _client;

    public PipeTests()
    {
        _client = new OffloadClient(_host.Root);
        Assert.Equal(0, _client.Call(OffloadedCall.MkNod, "pipe", 0x11A4, 0));
        Assert.Equal(0, _client.Call(OffloadedCall.MkNod, "other", 0x11A4, 0));
    }

    public void Dispose()
    {
        _client.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void To_open_a_pipe_waits_for_its_other_end()
    {
        ulong reader = Send(OffloadedCall.Open, [4, ReadOnly, 0], "pipe"u8);
        Assert.Equal(0, _client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
        Assert.False(_client.IsAnswered(reader));

        long writer = _client.Call(OffloadedCall.Open, "pipe", WriteOnly, 0);

        Assert.True(writer >= 0);
        long opened = _client.Wait(reader, out _);
        Assert.True(opened >= 0);
        Assert.Equal(2, _client.Call(OffloadedCall.Write, writer, "hi"u8.ToArray()));
        Assert.Equal("hi"u8.ToArray(), _client.Read(opened, 10));
        Assert.Equal(WriteOnly | 0x8000, _client.Call(OffloadedCall.FCntl, writer, 3, 0) | 0x8000);
    }

    [Fact]
    public void A_writer_waits_for_a_reader_and_can_be_interrupted()
    {
        Assert.Equal(-(long)Errno.ENXIO, _client.Call(OffloadedCall.Open, "pipe", WriteOnly | NonBlocking, 0));
        ulong interrupted = Send(OffloadedCall.Open, [4, WriteOnly, 0], "pipe"u8);
        Assert.Equal(0, _client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
        Assert.Equal(0, _client.Cancel(interrupted));
        Assert.Equal(-(long)Errno.EINTR, _client.Wait(interrupted, out _));

        ulong writer = Send(OffloadedCall.Open, [4, WriteOnly, 0], "pipe"u8);
        ulong reader = Send(OffloadedCall.Open, [4, ReadOnly, 0], "pipe"u8);
        long[] files = [_client.Wait(writer, out _), _client.Wait(reader, out _)];
        Assert.Equal([0, 1], files.Order());
    }

    [Fact]
    public void Poll_says_what_is_ready_and_waits_for_it()
    {
        long pipe = _client.Call(OffloadedCall.Open, "pipe", ReadWrite, 0);
        long other = _client.Call(OffloadedCall.Open, "other", ReadWrite, 0);
        Assert.Equal(2, _client.CallFor(OffloadedCall.Poll, 32, out byte[] answer, 32, 4, 0, Descriptors((pipe, In), (-1, In), (77, In), (pipe, Out))));
        Assert.Equal([0, 0, NotOpen, Out], Found(answer));

        ulong wait = Send(OffloadedCall.Poll, [24, 3, 1], Descriptors((pipe, In), (other, In), (pipe, In | HangUp)), 24);
        Assert.Equal(0, _client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
        Assert.False(_client.IsAnswered(wait));
        Assert.Equal(1, _client.Call(OffloadedCall.Write, other, "x"u8.ToArray()));
        Assert.Equal(1, _client.Wait(wait, out answer));
        Assert.Equal([0, In, 0], Found(answer));

        Assert.Equal("x"u8.ToArray(), _client.Read(other, 1));
        ulong interrupted = Send(OffloadedCall.Poll, [8, 1, 1], Descriptors((other, In)), 8);
        Assert.Equal(0, _client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
        Assert.Equal(0, _client.Cancel(interrupted));
        Assert.Equal(-(long)Errno.EINTR, _client.Wait(interrupted, out _));
        Assert.Equal(-(long)Errno.EFAULT, _client.CallFor(OffloadedCall.Poll, 8, out _, 7, 1, 0, Descriptors((other, In))));
        Assert.Equal(-(long)Errno.EINVAL, _client.CallFor(OffloadedCall.Poll, 8, out _, 8, 5000, 0, Descriptors((other, In))));
    }

    [Fact]
    public void Poll_for_news_is_answered_when_something_happens_that_was_not_known()
    {
        long pipe = _client.Call(OffloadedCall.Open, "pipe", ReadWrite, 0);
        Assert.Equal(1, _client.Call(OffloadedCall.Write, pipe, "x"u8.ToArray()));

        // More than was known: at once. All that is known: when something is written again, though nothing was read.
        PollDescriptor known = new() { Descriptor = (int)pipe, Events = (ushort)(In | Out), Found = (ushort)Out };
        ulong wait = Send(OffloadedCall.Poll, [8, 1, 1, 1], MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref known, 1)), 8);
        Assert.Equal(1, _client.Wait(wait, out byte[] answer));
        Assert.Equal([In | Out], Found(answer));

        known.Found = (ushort)(In | Out);
        wait = Send(OffloadedCall.Poll, [8, 1, 1, 1], MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref known, 1)), 8);
        Assert.Equal(0, _client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
        Assert.False(_client.IsAnswered(wait));
        Assert.Equal(1, _client.Call(OffloadedCall.Write, pipe, "y"u8.ToArray()));
        Assert.Equal(1, _client.Wait(wait, out answer));
        Assert.Equal([In | Out], Found(answer));
    }

    [Fact]
    public void Sendfile_and_splice_move_data_and_wait_for_both_sides()
    {
        File.WriteAllText(_host["file"], "0123456789");
        long file = _client.Call(OffloadedCall.Open, "file", ReadWrite, 0);
        long pipe = _client.Call(OffloadedCall.Open, "pipe", ReadWrite, 0);
        long other = _client.Call(OffloadedCall.Open, "other", ReadWrite, 0);
        Assert.Equal(4, _client.CallFor(OffloadedCall.SendFile, 8, out byte[] offset, pipe, file, 8, 4, BitConverter.GetBytes(3L)));
        Assert.Equal(7, BitConverter.ToInt64(offset));
        Assert.Equal(4, _client.Call(OffloadedCall.Tee, pipe, other, 100, 0));
        Assert.Equal("3456"u8.ToArray(), _client.Read(other, 10));
        Assert.Equal(4, _client.Call(OffloadedCall.Splice, pipe, -1, file, -1, 100, 0));
        Assert.Equal("3456456789", File.ReadAllText(_host["file"]));

        ulong wait = Send(OffloadedCall.Splice, [pipe, -1, other, -1, 100, 0], []);
        Assert.Equal(0, _client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
        Assert.False(_client.IsAnswered(wait));
        Assert.Equal(-(long)Errno.EAGAIN, _client.Call(OffloadedCall.Splice, pipe, -1, other, -1, 100, 2));
        // The source gets ready while the target is full: it waits for room then.
        Assert.Equal(65536, _client.Call(OffloadedCall.Write, other, new byte[65536]));
        Assert.Equal(3, _client.Call(OffloadedCall.Write, pipe, "abc"u8.ToArray()));
        Assert.Equal(0, _client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
        Assert.False(_client.IsAnswered(wait));
        Assert.Equal(65536, _client.Read(other, 65536).Length);
        Assert.Equal(3, _client.Wait(wait, out _));
        Assert.Equal("abc"u8.ToArray(), _client.Read(other, 10));

        Assert.Equal(-(long)Errno.EBADF, _client.Call(OffloadedCall.SendFile, pipe, 999, -1, 4));
        Assert.Equal(-(long)Errno.EINVAL, _client.Call(OffloadedCall.Splice, file, -1, file, -1, 4, 0));
    }

    private ulong Send(OffloadedCall call, long[] arguments, ReadOnlySpan<byte> data, int room = 0) => _client.Send((ushort)call, arguments, data, room);

    private static byte[] Descriptors(params (long File, int Events)[] files) =>
        MemoryMarshal.AsBytes<PollDescriptor>(files.Select(file => new PollDescriptor { Descriptor = (int)file.File, Events = (ushort)file.Events }).ToArray()).ToArray();

    private static short[] Found(byte[] answer) => [.. MemoryMarshal.Cast<byte, PollDescriptor>(answer).ToArray().Select(polled => (short)polled.Found)];
}
