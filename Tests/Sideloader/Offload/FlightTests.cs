using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Offload;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Offload;

/// <summary>As many requests in flight as a machine with many cores has: each queue full of reads that wait.</summary>
public sealed class FlightTests : IDisposable
{
    private const int Cores = 16;
    private const int InFlight = 256;
    private const int RingSize = 1024;
    private const ulong RingBytes = 0x1_0000;
    private const ulong CellBytes = 256;
    private const int AnswerAt = 128;
    private const int Spare = InFlight;
    private const ulong Cells = SharedGuest.Address + 32 * RingBytes;

    private readonly HostDirectory _host = new();
    private readonly SharedGuest _guest = new(16 << 20);
    private readonly OffloadDevice _device;
    private readonly FrontEnd _frontEnd;
    private readonly RingDriver[] _drivers = new RingDriver[1 + Cores];
    private readonly QueueEvents[] _events = new QueueEvents[1 + Cores];
    private readonly Dictionary<(int Queue, uint Head), int> _flying = [];

    public FlightTests()
    {
        _device = new OffloadDevice(new OffloadOptions { Root = _host.Root, Cores = Cores });
        _frontEnd = new FrontEnd(_device);
        _frontEnd.Start(_guest);
        for (int queue = 0; queue <= Cores; queue++)
        {
            _events[queue] = new QueueEvents();
            _drivers[queue] = new RingDriver(_guest.Memory, SharedGuest.Address + (ulong)queue * RingBytes, RingSize, FrontEnd.RingFeatures);
            _frontEnd.StartQueue((uint)queue, _drivers[queue], _events[queue]);
        }

        var hello = new HelloRequest { Magic = ChannelProtocol.Magic, OldestVersion = ChannelProtocol.Version, NewestVersion = ChannelProtocol.Version, Cores = Cores };
        Assert.Equal(0, Call(0, (ushort)ChannelOperation.Hello, MemoryMarshal.AsBytes(new ReadOnlySpan<HelloRequest>(in hello)), HelloResponse.Bytes));
    }

    public void Dispose()
    {
        _frontEnd.Dispose();
        Assert.Empty(_frontEnd.Log);
        foreach (QueueEvents events in _events)
            events.Dispose();
        _device.Dispose();
        _guest.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void Sixteen_queues_with_256_waiting_reads_each_are_all_answered_once_and_right()
    {
        long[] pipes = [.. Enumerable.Range(1, Cores).Select(Open)];
        int threads = ThreadCount();
        for (int queue = 1; queue <= Cores; queue++)
        {
            for (int cell = 0; cell < InFlight; cell++)
                Send(queue, cell, (ushort)OffloadedCall.Read, [pipes[queue - 1]], [], sizeof(long));
        }

        // Behind all of them on its queue: they are all with the device, none is answered, none holds up the queue or has a thread.
        for (int queue = 1; queue <= Cores; queue++)
            Assert.Equal(0, Call(queue, (ushort)ChannelOperation.Ping, [], 0));
        Assert.Equal(Cores * InFlight, _flying.Count);
        Assert.InRange(ThreadCount(), 1, threads);

        for (int queue = 1; queue <= Cores; queue++)
        {
            using FileStream pipe = new(_host[$"pipe{queue}"], new FileStreamOptions { Access = FileAccess.Write, Mode = FileMode.Open, BufferSize = 0 });
            for (int i = 0; i < InFlight; i++)
                pipe.Write(BitConverter.GetBytes(((long)queue << 32) | (uint)i));
        }

        for (int queue = 1; queue <= Cores; queue++)
        {
            var found = new HashSet<long>();
            while (found.Count < InFlight)
            {
                (int cell, long result) = Take(queue);
                Assert.Equal(sizeof(long), result);
                Assert.True(found.Add(BitConverter.ToInt64(_guest.At(CellOf(queue, cell) + AnswerAt + ResponseHeader.Bytes, sizeof(long)))));
            }

            int number = queue;
            Assert.Equal(Enumerable.Range(0, InFlight).Select(i => ((long)number << 32) | (uint)i), found.Order());
        }

        Assert.Empty(_flying);
    }

    [Fact]
    public void More_requests_than_may_wait_are_refused_and_those_that_wait_can_all_be_cancelled()
    {
        long pipe = Open(1);
        for (int cell = 0; cell < InFlight; cell++)
            Send(1, cell, (ushort)OffloadedCall.Read, [pipe], [], 1);
        Assert.Equal(0, Call(1, (ushort)ChannelOperation.Ping, [], 0));
        for (int cell = 0; cell < InFlight; cell++)
            Assert.Equal(0, Call(0, (ushort)ChannelOperation.Cancel, [], 0, [SequenceOf(1, cell)]));
        for (int i = 0; i < InFlight; i++)
            Assert.Equal(-(long)Errno.EINTR, Take(1).Result);
        Assert.Empty(_flying);
    }

    /// <summary>Threads of this process but those of .NET's own pool, which come and go with the test runner's work.</summary>
    private static int ThreadCount() => Directory.GetDirectories("/proc/self/task").Count(thread => !NameOf(thread).StartsWith(".NET ", StringComparison.Ordinal));

    private static string NameOf(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm"));
        }
        catch (IOException)
        {
            // It has ended.
            return ".NET ";
        }
    }

    private static ulong CellOf(int queue, int cell) => Cells + (ulong)(queue * (InFlight + 1) + cell) * CellBytes;

    private static long SequenceOf(int queue, int cell) => queue * 1000 + cell + 1;

    private long Open(int queue)
    {
        byte[] name = System.Text.Encoding.ASCII.GetBytes($"pipe{queue}");
        Assert.Equal(0, Call(queue, (ushort)OffloadedCall.MkNod, name, 0, [name.Length, 0x11A4, 0]));
        long pipe = Call(queue, (ushort)OffloadedCall.Open, name, 0, [name.Length, 2, 0]);
        Assert.True(pipe >= 0, $"{pipe}");
        return pipe;
    }

    private long Call(int queue, ushort operation, ReadOnlySpan<byte> data, int room, long[]? arguments = null)
    {
        Send(queue, Spare, operation, arguments ?? [], data, room);
        (int cell, long result) = Take(queue);
        Assert.Equal(Spare, cell);
        return result;
    }

    private unsafe void Send(int queue, int cell, ushort operation, long[] arguments, ReadOnlySpan<byte> data, int room)
    {
        var header = new RequestHeader { Operation = operation, Sequence = (ulong)SequenceOf(queue, cell) };
        for (int i = 0; i < arguments.Length; i++)
            header.Arguments[i] = arguments[i];
        ulong place = CellOf(queue, cell);
        MemoryMarshal.Write(_guest.At(place, RequestHeader.Bytes), in header);
        data.CopyTo(_guest.At(place + RequestHeader.Bytes, data.Length));
        ushort head = _drivers[queue].Add([new(place, (uint)(RequestHeader.Bytes + data.Length), false), new(place + AnswerAt, (uint)(ResponseHeader.Bytes + room), true)]);
        _flying.Add((queue, head), cell);
        _drivers[queue].Publish(head);
        if (_drivers[queue].ShouldKick())
            Libc.Signal(_events[queue].Kick);
    }

    private (int Cell, long Result) Take(int queue)
    {
        VirtqUsedElement element;
        while (!_drivers[queue].TryReclaim(out element))
        {
            if (!_drivers[queue].EnableInterrupts())
                Assert.True(QueueEvents.Wait(_events[queue].Call), $"no answer: {string.Join(';', _frontEnd.Log)} {_frontEnd.Failure}");
        }

        Assert.True(_flying.Remove((queue, element.Head), out int cell), "answered twice");
        ResponseHeader answer = MemoryMarshal.Read<ResponseHeader>(_guest.At(CellOf(queue, cell) + AnswerAt, ResponseHeader.Bytes));
        Assert.Equal((uint)SequenceOf(queue, cell), answer.Sequence);
        return (cell, answer.Result);
    }
}
