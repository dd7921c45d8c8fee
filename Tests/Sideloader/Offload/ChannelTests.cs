using System.Text;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Sideloader.Rings;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Offload;

/// <summary>What the channel does apart from system calls, and requests that wait.</summary>
public sealed class ChannelTests : IDisposable
{
    private const int ReadWrite = 2;
    private const int NonBlocking = 0x800;

    private readonly HostDirectory _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Nothing_is_answered_before_a_version_is_agreed_on()
    {
        using var client = new OffloadClient(_host.Root, greet: false);
        Assert.Equal(-(long)Errno.EPROTO, client.Call(OffloadedCall.Open, "x", 0, 0));
        Assert.Equal(-(long)Errno.EPROTO, client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
        Assert.Equal(-(long)Errno.EPROTO, client.Greet(out _, magic: 1));
        Assert.Equal(-(long)Errno.EPROTO, client.Greet(out _, oldest: 2, newest: 3));
        Assert.Equal(-(long)Errno.EPROTO, client.Greet(out _, oldest: 0, newest: 0));
        Assert.Equal(-(long)Errno.EPROTO, client.Call((ushort)ChannelOperation.Hello, [], [1, 2], 32, out _));

        Assert.Equal(0, client.Greet(out HelloResponse response, oldest: 0, newest: 7));
        Assert.Equal((ChannelProtocol.Magic, 1u, (uint)DescriptorChain.MaxSegments, ChannelFeatures.FileTree | ChannelFeatures.KernelPlaces), (response.Magic, response.Version, response.MaxSegments, response.Features));
        Assert.Equal(0, client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
        Assert.Equal(-(long)Errno.ENOENT, client.Call(OffloadedCall.Open, "x", 0, 0));
    }

    [Fact]
    public void A_new_greeting_closes_what_was_open()
    {
        File.WriteAllText(_host["file"], "text");
        using var client = new OffloadClient(_host.Root);
        Assert.Equal(0, client.Call(OffloadedCall.Open, "file", 0, 0));
        Assert.Equal(1, client.Call(OffloadedCall.Open, "file", 0, 0));
        Assert.Equal(0, client.Greet(out _));
        Assert.Equal(-(long)Errno.EBADF, client.Call(OffloadedCall.Read, 0));
        Assert.Equal(0, client.Call(OffloadedCall.Open, "file", 0, 0));
    }

    [Fact]
    public void Log_lines_and_the_exit_status_arrive()
    {
        using var client = new OffloadClient(_host.Root);
        byte[] line = Encoding.UTF8.GetBytes("über\u001b[31m\n");
        Assert.Equal(0, client.Call((ushort)ChannelOperation.Log, [line.Length], line, 0, out _));
        Assert.Equal("über?[31m?", Assert.Single(client.Lines));
        Assert.Equal(-(long)Errno.EINVAL, client.Call((ushort)ChannelOperation.Log, [-1], [], 0, out _));
        Assert.Null(client.Device.ExitStatus);
        Assert.Equal(0, client.Call((ushort)ChannelOperation.Exit, [42 << 8], [], 0, out _));
        Assert.Equal(42 << 8, client.Device.ExitStatus);
    }

    [Theory]
    [InlineData(0xFFFF)]
    [InlineData(39)]
    [InlineData(59)]
    [InlineData(2000)]
    public void What_is_not_in_the_contract_is_not_implemented(ushort operation)
    {
        using var client = new OffloadClient(_host.Root);
        Assert.Equal(-(long)Errno.ENOSYS, client.Call(operation, [], [], 100, out _));
    }

    [Fact]
    public void A_read_that_waits_holds_up_nobody_and_is_answered_when_there_is_something()
    {
        using var client = new OffloadClient(_host.Root);
        Assert.Equal(0, client.Call(OffloadedCall.MkNodAt, OffloadClient.Here, "pipe", 0x11A4, 0));
        long pipe = client.Call(OffloadedCall.Open, "pipe", ReadWrite, 0);
        ulong read = client.Send((ushort)OffloadedCall.Read, [pipe], [], 100);
        for (int i = 0; i < 100; i++)
            Assert.Equal(0, client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
        Assert.False(client.IsAnswered(read));

        Assert.Equal(5, client.Call(OffloadedCall.Write, pipe, "hello"u8.ToArray()));

        Assert.Equal(5, client.Wait(read, out byte[] answer));
        Assert.Equal("hello"u8.ToArray(), answer);
    }

    [Fact]
    public void A_request_that_waits_can_be_interrupted()
    {
        using var client = new OffloadClient(_host.Root);
        Assert.Equal(0, client.Call(OffloadedCall.MkNodAt, OffloadClient.Here, "pipe", 0x11A4, 0));
        long pipe = client.Call(OffloadedCall.Open, "pipe", ReadWrite, 0);
        ulong[] reads = [.. Enumerable.Range(0, 300).Select(_ => client.Send((ushort)OffloadedCall.Read, [pipe], [], 10))];
        Assert.Equal(0, client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));

        Assert.Equal(0, client.Cancel(reads[100]));
        Assert.Equal(-(long)Errno.EINTR, client.Wait(reads[100], out _));
        Assert.Equal(-(long)Errno.ENOENT, client.Cancel(reads[100]));
        Assert.Equal(-(long)Errno.ENOENT, client.Cancel(4711));

        // The application closes its number: who waits keeps the file, as on Linux.
        long copy = client.Call(OffloadedCall.Open, "pipe", ReadWrite, 0);
        Assert.Equal(0, client.Call(OffloadedCall.Close, pipe));
        Assert.Equal(2990, client.Call(OffloadedCall.Write, copy, new byte[2990]));
        foreach (ulong read in reads.Where(read => read != reads[100]))
            Assert.Equal(10, client.Wait(read, out _));
        Assert.Equal(-(long)Errno.ENOENT, client.Cancel(reads[5]));
    }

    [Fact]
    public void A_write_waits_for_room()
    {
        using var client = new OffloadClient(_host.Root);
        Assert.Equal(0, client.Call(OffloadedCall.MkNodAt, OffloadClient.Here, "pipe", 0x11A4, 0));
        long pipe = client.Call(OffloadedCall.Open, "pipe", ReadWrite, 0);
        Assert.Equal(65536, client.Call(OffloadedCall.Write, pipe, new byte[65536]));
        ulong write = client.Send((ushort)OffloadedCall.Write, [pipe], "more"u8, 0);
        Assert.Equal(0, client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
        Assert.False(client.IsAnswered(write));

        Assert.Equal(65536, client.Read(pipe, 65536).Length);

        Assert.Equal(4, client.Wait(write, out _));
        Assert.Equal("more"u8.ToArray(), client.Read(pipe, 100));
    }

    [Fact]
    public void Nobody_waits_who_does_not_want_to()
    {
        using var client = new OffloadClient(_host.Root);
        Assert.Equal(0, client.Call(OffloadedCall.MkNodAt, OffloadClient.Here, "pipe", 0x11A4, 0));
        long pipe = client.Call(OffloadedCall.Open, "pipe", ReadWrite | NonBlocking, 0);
        Assert.Equal(ReadWrite | NonBlocking | 0x8000, client.Call(OffloadedCall.FCntl, pipe, 3, 0) | 0x8000);
        Assert.Equal(-(long)Errno.EAGAIN, client.CallFor(OffloadedCall.Read, 10, out _, pipe));

        Assert.Equal(0, client.Call(OffloadedCall.FCntl, pipe, 4, 0));
        Assert.Equal(ReadWrite | 0x8000, client.Call(OffloadedCall.FCntl, pipe, 3, 0) | 0x8000);
        ulong flagged = client.Send((ushort)OffloadedCall.Read, [pipe], [], 10, flags: RequestFlags.NonBlocking);
        Assert.Equal(-(long)Errno.EAGAIN, client.Wait(flagged, out _));
        ulong waits = client.Send((ushort)OffloadedCall.Read, [pipe], [], 10);
        Assert.Equal(0, client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));
        Assert.Equal(0, client.Cancel(waits));
        Assert.Equal(-(long)Errno.EINTR, client.Wait(waits, out _));
    }

    [Fact]
    public void Who_waits_is_interrupted_when_the_queue_stops()
    {
        using var client = new OffloadClient(_host.Root);
        Assert.Equal(0, client.Call(OffloadedCall.MkNodAt, OffloadClient.Here, "pipe", 0x11A4, 0));
        long pipe = client.Call(OffloadedCall.Open, "pipe", ReadWrite, 0);
        ulong[] reads = [.. Enumerable.Range(0, 20).Select(_ => client.Send((ushort)OffloadedCall.Read, [pipe], [], 10))];
        Assert.Equal(0, client.Call((ushort)ChannelOperation.Ping, [], [], 0, out _));

        client.StopQueue(OffloadClient.Core);

        foreach (ulong read in reads)
            Assert.Equal(-(long)Errno.EINTR, client.Wait(read, out _));
    }

    [Fact]
    public void A_signal_reaches_who_waits_for_it_and_one_raised_before_is_not_lost()
    {
        using var client = new OffloadClient(_host.Root);
        client.Device.Raise(28);
        client.Device.Raise(2);
        Assert.Equal(2, client.Call((ushort)ChannelOperation.WaitEvent, [], [], 0, out _, OffloadClient.Control));
        Assert.Equal(28, client.Call((ushort)ChannelOperation.WaitEvent, [], [], 0, out _, OffloadClient.Control));

        ulong wait = client.Send((ushort)ChannelOperation.WaitEvent, [], [], 0, OffloadClient.Control);
        Assert.Equal(-(long)Errno.EBUSY, client.Call((ushort)ChannelOperation.WaitEvent, [], [], 0, out _, OffloadClient.Control));
        Assert.False(client.IsAnswered(wait, OffloadClient.Control));
        client.Device.Raise(15);
        Assert.Equal(15, client.Wait(wait, out byte[] answer, OffloadClient.Control));
        Assert.Empty(answer);

        wait = client.Send((ushort)ChannelOperation.WaitEvent, [], [], 0, OffloadClient.Control);
        Assert.Equal(0, client.Cancel(wait));
        Assert.Equal(-(long)Errno.EINTR, client.Wait(wait, out _, OffloadClient.Control));
        Assert.Throws<ArgumentOutOfRangeException>(() => client.Device.Raise(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => client.Device.Raise(65));
    }

    [Fact]
    public void Without_a_tree_no_path_leads_anywhere()
    {
        using var client = new OffloadClient(null, greet: false);
        Assert.Equal(0, client.Greet(out HelloResponse response));
        Assert.Equal(ChannelFeatures.None, response.Features);
        Assert.Equal(-(long)Errno.ENOENT, client.Call(OffloadedCall.OpenAt, OffloadClient.Here, "/etc/passwd", 0, 0));
        Assert.Equal(-(long)Errno.ENOENT, client.Call(OffloadedCall.MkDir, "x", 0x1FF));
        Assert.Equal(-(long)Errno.ENOENT, client.CallFor(OffloadedCall.Stat, 144, out _, "/"));
        Assert.Equal(-(long)Errno.ENOENT, client.Call(OffloadedCall.ChDir, "/"));
        Assert.Equal(-(long)Errno.ENOENT, client.CallFor(OffloadedCall.GetCwd, 100, out _));
        Assert.Equal(-(long)Errno.EBADF, client.CallFor(OffloadedCall.Read, 10, out _, 0));
    }

    [Fact]
    public void The_standard_streams_are_this_process_own_and_stay_as_they_are()
    {
        (long[] before, string[] files) = Streams();
        using var client = new OffloadClient(null, greet: false, standardStreams: true);
        Assert.Equal(0, client.Greet(out HelloResponse response));
        Assert.Equal(ChannelFeatures.StandardStreams, response.Features);
        for (int number = 0; number < 3; number++)
        {
            Assert.Equal(0, client.CallFor(OffloadedCall.FStat, 144, out byte[] status, number));
            // st_dev and st_ino, as /proc shows the same file.
            ulong inode = BitConverter.ToUInt64(status, 8);
            if (files[number].IndexOf(":[", StringComparison.Ordinal) is > 0 and var at)
                Assert.Equal(files[number][(at + 2)..^1], inode.ToString(System.Globalization.CultureInfo.InvariantCulture));
            long flags = client.Call(OffloadedCall.FCntl, number, 3, 0);
            Assert.Equal(0, client.Call(OffloadedCall.FCntl, number, 4, flags | NonBlocking));
            Assert.Equal(0, client.Call(OffloadedCall.FCntl, number, 4, flags & ~(long)NonBlocking));
        }

        Assert.Equal(before, Streams().Flags);
        Assert.Equal(0, client.Call(OffloadedCall.Close, 0));
        Assert.Equal(before, Streams().Flags);
        Assert.Equal(0, client.Greet(out _));
        Assert.Equal(0, client.CallFor(OffloadedCall.FStat, 144, out _, 0));

        static (long[] Flags, string[] Files) Streams() => (
            [.. Enumerable.Range(0, 3).Select(number => (long)AzaleaOS.Sideloader.Native.Libc.Control(number, 3, 0))],
            [.. Enumerable.Range(0, 3).Select(number => new FileInfo($"/proc/self/fd/{number}").LinkTarget!)]);
    }
}
