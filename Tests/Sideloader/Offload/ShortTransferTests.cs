using System.Runtime.InteropServices;
using AzaleaOS.Abi;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Devices;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.Offload;
using AzaleaOS.Sideloader.Rings;
using AzaleaOS.Sideloader.Statistics;
using AzaleaOS.Tests.Sideloader.Driving;
using Buffer = AzaleaOS.Tests.Sideloader.Driving.Buffer;

namespace AzaleaOS.Tests.Sideloader.Offload;

/// <summary>Transfers that are given back at once, and the same ones on the ordinary way.</summary>
public sealed class ShortTransferTests
{
    private const int Calls = 4000;

    [Fact]
    public void A_transfer_that_is_given_back_at_once_does_what_the_ordinary_way_does()
    {
        using var ordinary = new Side(atOnce: false);
        using var short_ = new Side(atOnce: true);
        OffloadedCall[] kinds = [OffloadedCall.Read, OffloadedCall.Write, OffloadedCall.PRead, OffloadedCall.PWrite];
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int i = 0; i < Calls; i++)
        {
            OffloadedCall call = kinds[random.Next(kinds.Length)];
            // The numbers 0 and 1 are files, 1 for reading only, 2 is none.
            (int file, int offset, int length, int cut) = (random.Next(3), random.Next(-2, 6000), random.Next(5) == 0 ? 0 : random.Next(5000), random.Next(4));
            byte[] data = new byte[length];
            random.NextBytes(data);
            (long, uint, byte[]) expected = ordinary.Call(call, file, offset, data, cut);
            (long, uint, byte[]) found = short_.Call(call, file, offset, data, cut);
            if (expected.Item1 != found.Item1 || expected.Item2 != found.Item2 || !expected.Item3.AsSpan().SequenceEqual(found.Item3))
                Assert.Fail($"seed {seed}, call {i}, {call} of {length} bytes at {offset} of file {file}, cut {cut}: {found.Item1} in {found.Item2} bytes, not {expected.Item1} in {expected.Item2}");
        }

        Assert.Equal(ordinary.Contents, short_.Contents);
        Assert.Equal(ordinary.Counted, short_.Counted);
        Assert.Equal(0ul, short_.CopiedData);
        Assert.True(short_.GivenBack[OffloadedCall.Write] > Calls / 20 && short_.GivenBack[OffloadedCall.PWrite] > Calls / 20);
        Assert.True(!PageCache.IsKnown || short_.GivenBack[OffloadedCall.PRead] > Calls / 20);
        Assert.False(short_.GivenBack.ContainsKey(OffloadedCall.Read));
    }

    [Fact]
    public void Only_what_cannot_wait_is_given_back_at_once()
    {
        using var side = new Side(atOnce: true);
        byte[] data = [1, 2, 3];
        Assert.True(Writes(0));
        Assert.False(Writes(Side.Pipe));
        Assert.False(Writes(Side.Direct));
        Assert.False(Writes(7));
        Assert.False(Writes(-1));
        Assert.False(Writes(0, RequestFlags.Explain));

        side.Trace(TimeSpan.FromHours(1));
        Assert.False(Writes(0));
        side.Trace(TimeSpan.FromHours(-1));
        Assert.False(Writes(0), "the end of the trace is still to be noticed");
        Assert.True(Writes(0));

        bool Writes(long file, RequestFlags flags = 0)
        {
            side.GivenBack.Clear();
            _ = side.Call(OffloadedCall.Write, file, 0, data, 0, flags);
            return side.GivenBack.Count > 0;
        }
    }

    [Fact]
    public void The_first_calls_of_a_kind_are_timed_and_later_ones_now_and_then()
    {
        string counters = Path.GetTempFileName();
        File.Delete(counters);
        StatisticsFile.Create(counters, 2);
        using StatisticsFile statistics = StatisticsFile.Open(counters);
        File.Delete(counters);
        using var chain = new DescriptorChain();
        var meter = new CallMeter(statistics, 1);
        var request = new RequestHeader { Operation = (ushort)OffloadedCall.PWrite };
        int timed = 0;
        for (int i = 0; i < 64 + 640; i++)
        {
            long seen = meter.Begin(request.Operation);
            timed += seen != 0 ? 1 : 0;
            meter.Count(request, chain, seen, 1, isKept: false);
        }

        Assert.Equal(64 + 640 / 64, timed);
        Assert.Equal(64ul + 640, CallSnapshot.Take(statistics).Calls.Single().Calls);
    }

    [Fact]
    public void Nothing_is_given_back_at_once_before_HELLO()
    {
        using var side = new Side(atOnce: true, greets: false);
        Assert.Equal(-(int)Errno.EPROTO, side.Call(OffloadedCall.PWrite, 0, 0, [1], 0).Result);
        Assert.Empty(side.GivenBack);
    }

    /// <summary>A device, and a driver that asks it on one thread.</summary>
    private sealed unsafe class Side : IDisposable
    {
        internal const int Pipe = 2 + 1;
        internal const int Direct = 2 + 2;

        private const ulong Request = FencedMemory.LowAddress + 0x2_0000;
        private const ulong Response = FencedMemory.LowAddress + 0x3_0000;
        private const int DirectFlag = 0x4000;

        private readonly HostDirectory _host = new();
        private readonly FencedMemory _memory = new();
        private readonly DescriptorChain _chain = new();
        private readonly RingDriver _driver;
        private readonly Virtqueue _queue;
        private readonly StatisticsFile _statistics;
        private readonly OffloadDevice _device;
        private readonly IRequestHandler _handler;
        private readonly bool _atOnce;
        private ulong _sequence = 0x5_0000_0000;

        internal Side(bool atOnce, bool greets = true)
        {
            _atOnce = atOnce;
            foreach (string name in new[] { "0", "1", "2" })
                File.WriteAllText(_host[name], new string('x', 5000));
            string counters = Path.Combine(_host.Outside, "counters");
            StatisticsFile.Create(counters, 2);
            _statistics = StatisticsFile.Open(counters);
            _device = new OffloadDevice(new OffloadOptions { Root = _host.Root, Statistics = _statistics });
            _handler = _device.CreateHandler(1);
            _driver = new RingDriver(_memory.Memory, FencedMemory.LowAddress, 8, VirtioFeatures.Version1);
            _queue = _driver.CreateQueue(_memory.Memory, strict: false);
            if (!greets)
                return;

            var hello = new HelloRequest { Magic = ChannelProtocol.Magic, OldestVersion = 1, NewestVersion = 1 };
            Prepare((ushort)ChannelOperation.Hello, [], MemoryMarshal.AsBytes(new ReadOnlySpan<HelloRequest>(in hello)), 0);
            Assert.Equal(0, Send(0, HelloRequest.Bytes, HelloResponse.Bytes).Result);
            Assert.Equal(0, Named(OffloadedCall.Open, "0", 1, 2));
            Assert.Equal(1, Named(OffloadedCall.Open, "1", 1, 0));
            Assert.Equal(2, Named(OffloadedCall.Open, "2", 1, 2));
            Assert.Equal(0, Named(OffloadedCall.MkNodAt, "pipe", -100, 4, 0x11A4));
            Assert.Equal(Pipe, Named(OffloadedCall.Open, "pipe", 4, 2));
            // A file system that has none has it by another name.
            long direct = Named(OffloadedCall.Open, "2", 1, 2 | DirectFlag);
            Assert.Equal(Direct, direct == -(int)Errno.EINVAL ? Named(OffloadedCall.Open, "2", 1, 2 | 0x1000) : direct);
            Prepare((ushort)OffloadedCall.Close, [2], [], 0);
            Assert.Equal(0, Send(0, 0, 0).Result);
            GivenBack.Clear();
        }

        /// <summary>How many of each kind were given back at once.</summary>
        internal Dictionary<OffloadedCall, int> GivenBack { get; } = [];

        internal IEnumerable<string> Contents => new[] { "0", "1" }.Select(name => Convert.ToHexString(File.ReadAllBytes(_host[name])));

        internal IEnumerable<(ushort, ulong, ulong, ulong)> Counted => CallSnapshot.Take(_statistics).Calls.Select(call => (call.Operation, call.Calls, call.Errors, call.Bytes));

        internal ulong CopiedData => CallSnapshot.Take(_statistics).CopiedData;

        internal void Trace(TimeSpan time) => _statistics.TraceUntil = StatisticsFile.Now + (long)time.TotalNanoseconds;

        /// <summary>A transfer.</summary>
        /// <param name="call">Which.</param>
        /// <param name="file">The number.</param>
        /// <param name="offset">Where in the file, if the call has that.</param>
        /// <param name="data">What is written, or as long as what is read.</param>
        /// <param name="cut">Buffers: each header with its data; apart; data in two; a header in two.</param>
        /// <param name="flags">Of the request.</param>
        internal (long Result, uint Length, byte[] Answer) Call(OffloadedCall call, long file, long offset, byte[] data, int cut, RequestFlags flags = 0)
        {
            bool writes = call is OffloadedCall.Write or OffloadedCall.PWrite;
            Prepare((ushort)call, [file, 0, data.Length, offset], writes ? data : [], flags);
            return Send(cut, writes ? data.Length : 0, writes ? 0 : data.Length);
        }

        public void Dispose()
        {
            _handler.Dispose();
            _device.Dispose();
            _statistics.Dispose();
            _chain.Dispose();
            _memory.Dispose();
            _host.Dispose();
        }

        private long Named(OffloadedCall call, string path, params ReadOnlySpan<long> arguments)
        {
            Prepare((ushort)call, arguments, System.Text.Encoding.ASCII.GetBytes(path), 0);
            return Send(0, path.Length, 0).Result;
        }

        private void Prepare(ushort operation, ReadOnlySpan<long> arguments, ReadOnlySpan<byte> data, RequestFlags flags)
        {
            var header = new RequestHeader { Operation = operation, Flags = flags, Sequence = ++_sequence };
            for (int i = 0; i < arguments.Length; i++)
                header.Arguments[i] = arguments[i];
            MemoryMarshal.Write(_memory.At(Request, RequestHeader.Bytes), header);
            data.CopyTo(_memory.At(Request + RequestHeader.Bytes, data.Length));
        }

        private (long Result, uint Length, byte[] Answer) Send(int cut, int dataBytes, int room)
        {
            _memory.At(Response, ResponseHeader.Bytes + room).Clear();
            List<Buffer> buffers = [];
            Cut(buffers, cut, Request, RequestHeader.Bytes, dataBytes, writable: false);
            Cut(buffers, cut == 3 ? 1 : cut, Response, ResponseHeader.Bytes, room, writable: true);
            ushort head = _driver.Add(CollectionsMarshal.AsSpan(buffers));
            _driver.Publish(head);
            Assert.Equal(TakeResult.Taken, _queue.TryTake(_chain));
            if (!_atOnce || !_handler.TryAnswer(_chain, _queue))
            {
                Assert.False(_driver.TryReclaim(out _));
                long written = _handler.Handle(_chain);
                // A helper does it: the disk may take its time.
                if (written == IRequestHandler.Kept)
                    Assert.True(SpinWait.SpinUntil(() => _handler.TryFinish(out _, out uint late) && (written = late) > 0, TimeSpan.FromSeconds(60)));

                Assert.InRange(written, 0, ResponseHeader.Bytes + room);
                _queue.Give(_chain.Head, (uint)written);
            }
            else
            {
                var call = (OffloadedCall)MemoryMarshal.Read<RequestHeader>(_memory.At(Request, RequestHeader.Bytes)).Operation;
                GivenBack[call] = GivenBack.GetValueOrDefault(call) + 1;
            }

            Assert.True(_driver.TryReclaim(out VirtqUsedElement used));
            Assert.Equal(head, used.Head);
            ResponseHeader response = MemoryMarshal.Read<ResponseHeader>(_memory.At(Response, ResponseHeader.Bytes));
            Assert.Equal((uint)_sequence, response.Sequence);
            return (response.Result, used.Length, _memory.At(Response + ResponseHeader.Bytes, room).ToArray());
        }

        private static void Cut(List<Buffer> buffers, int cut, ulong address, int header, int data, bool writable)
        {
            int[] pieces = cut switch
            {
                0 => [header + data],
                1 => [header, data],
                2 => [header, data / 2, data - data / 2],
                _ => [header / 2, header - header / 2 + data],
            };
            foreach (int piece in pieces.Where(piece => piece > 0))
            {
                buffers.Add(new Buffer(address, (uint)piece, writable));
                address += (uint)piece;
            }
        }
    }
}
