using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi.Channel;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Devices;
using AzaleaOS.Sideloader.Offload;
using AzaleaOS.Sideloader.Rings;
using AzaleaOS.Sideloader.Statistics;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.Offload;

public sealed unsafe class AllocationTests : IDisposable
{
    private const ulong Request = FencedMemory.LowAddress + 0x2_0000;
    private const ulong Response = FencedMemory.LowAddress + 0x3_0000;

    private readonly HostDirectory _host = new();
    private readonly FencedMemory _memory = new();
    private readonly DescriptorChain _chain = new();
    private readonly DescriptorChain _other = new();
    private long _allocated;

    public void Dispose()
    {
        _chain.Dispose();
        _other.Dispose();
        _memory.Dispose();
        _host.Dispose();
    }

    [Fact]
    public void Calls_of_all_sorts_allocate_nothing()
    {
        File.WriteAllText(_host["file"], "0123456789");
        using var device = new OffloadDevice(new OffloadOptions { Root = _host.Root });
        using IRequestHandler handler = device.CreateHandler(1);
        var driver = new RingDriver(_memory.Memory, FencedMemory.LowAddress, 8, VirtioFeatures.Version1);
        Virtqueue queue = driver.CreateQueue(_memory.Memory, strict: false);
        var hello = new HelloRequest { Magic = ChannelProtocol.Magic, OldestVersion = 1, NewestVersion = 1 };
        Assert.Equal(0, Call(driver, queue, handler, (ushort)ChannelOperation.Hello, MemoryMarshal.AsBytes(new ReadOnlySpan<HelloRequest>(in hello))));
        Assert.Equal(0, Call(driver, queue, handler, (ushort)OffloadedCall.MkNodAt, "pipe"u8, -100, 4, 0x11A4));
        long pipe = Call(driver, queue, handler, (ushort)OffloadedCall.Open, "pipe"u8, 4, 2);
        Assert.True(pipe >= 0);

        Run(20);
        _allocated = 0;
        Run(1000);
        Assert.Equal(0, _allocated);

        void Run(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                long file = Succeed((ushort)OffloadedCall.Open, "file"u8, 4, 2);
                Succeed((ushort)OffloadedCall.PRead, [], file);
                Succeed((ushort)OffloadedCall.Write, "abc"u8, file);
                Succeed((ushort)OffloadedCall.LSeek, [], file, 0, 2);
                Succeed((ushort)OffloadedCall.FStat, [], file);
                Succeed((ushort)OffloadedCall.FCntl, [], file, 3);
                Succeed((ushort)OffloadedCall.FTruncate, [], file, 10);
                Succeed((ushort)OffloadedCall.Close, [], Succeed((ushort)OffloadedCall.Dup, [], file));
                Succeed((ushort)OffloadedCall.Close, [], file);
                Succeed((ushort)OffloadedCall.Stat, "file"u8, 4);
                Succeed((ushort)OffloadedCall.StatX, "file"u8, -100, 4, 0, 0xFFF);
                Succeed((ushort)OffloadedCall.Access, "file"u8, 4, 4);
                Succeed((ushort)OffloadedCall.UTimeNsAt, "file"u8, -100, 4, -1);
                Succeed((ushort)OffloadedCall.ChMod, "file"u8, 4, 0x1A4);
                Succeed((ushort)OffloadedCall.MkDir, "dir"u8, 3, 0x1FF);
                Succeed((ushort)OffloadedCall.ChDir, "dir"u8, 3);
                Succeed((ushort)OffloadedCall.GetCwd, []);
                Succeed((ushort)OffloadedCall.ChDir, "../.."u8, 5);
                Succeed((ushort)OffloadedCall.Link, "filelink"u8, 4, 4);
                Succeed((ushort)OffloadedCall.Rename, "linkmoved"u8, 4, 5);
                Succeed((ushort)OffloadedCall.Unlink, "moved"u8, 5);
                Succeed((ushort)OffloadedCall.RmDir, "dir"u8, 3);

                // A read that waits, and is finished.
                Send(driver, (ushort)OffloadedCall.Read, [], [pipe]);
                if (queue.TryTake(_chain) != TakeResult.Taken || Measure(handler, _chain) != IRequestHandler.Kept)
                    Assert.Fail("the read did not wait");
                ushort waiting = _chain.Head;
                DescriptorChain kept = _chain;
                Succeed((ushort)OffloadedCall.Write, "x"u8, pipe, chain: _other);
                long before = GC.GetAllocatedBytesForCurrentThread();
                bool isFinished = handler.TryFinish(out DescriptorChain? finished, out uint written);
                _allocated += GC.GetAllocatedBytesForCurrentThread() - before;
                if (!isFinished || finished != kept || written != ResponseHeader.Bytes + 1)
                    Assert.Fail("the read did not finish");
                queue.Give(waiting, written);
                driver.TryReclaim(out _);
            }
        }

        long Succeed(ushort operation, ReadOnlySpan<byte> data, long first = 0, long second = 0, long third = 0, long fourth = 0, DescriptorChain? chain = null)
        {
            long result = Call(driver, queue, handler, operation, data, first, second, third, fourth, chain);
            if (result < 0)
                Assert.Fail($"{(OffloadedCall)operation} of '{Encoding.UTF8.GetString(data)}' returns {result}");
            return result;
        }
    }

    [Fact]
    public void A_million_requests_allocate_nothing_after_the_first_of_each_kind()
    {
        const int Kinds = 10;
        const int Requests = 1_000_000;
        File.WriteAllText(_host["file"], new string('x', 5000));
        string counters = Path.Combine(_host.Outside, "counters");
        StatisticsFile.Create(counters, 2);
        using StatisticsFile statistics = StatisticsFile.Open(counters);
        File.Delete(counters);
        using var device = new OffloadDevice(new OffloadOptions { Root = _host.Root, Statistics = statistics });
        using IRequestHandler handler = device.CreateHandler(1);
        var driver = new RingDriver(_memory.Memory, FencedMemory.LowAddress, 8, VirtioFeatures.Version1);
        Virtqueue queue = driver.CreateQueue(_memory.Memory, strict: false);
        var hello = new HelloRequest { Magic = ChannelProtocol.Magic, OldestVersion = 1, NewestVersion = 1 };
        Assert.Equal(0, Call(driver, queue, handler, (ushort)ChannelOperation.Hello, MemoryMarshal.AsBytes(new ReadOnlySpan<HelloRequest>(in hello))));
        long file = Call(driver, queue, handler, (ushort)OffloadedCall.Open, "file"u8, 4, 2);
        Assert.Equal(0, file);

        List<string> allocations = [];
        long requests = 0;
        long known = 0;
        Run(10);
        _allocated = known = 0;
        allocations.Clear();
        long threads = Process.GetCurrentProcess().Threads.Count;
        Run(Requests / Kinds);
        Assert.Empty(allocations);
        Assert.InRange(Process.GetCurrentProcess().Threads.Count, 1, threads + 10);
        Assert.Equal(Requests + 10 * Kinds + 2, CallSnapshot.Take(statistics).Calls.Sum(call => (long)call.Calls));

        void Run(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                Expect(OffloadedCall.PRead, 1008, [], file, 0, 0, 100);
                Expect(OffloadedCall.PWrite, 3, "abc"u8, file, 0, 0, 7);
                Expect(OffloadedCall.LSeek, 10, [], file, 10, 0);
                Expect(OffloadedCall.Read, 1008, [], file);
                Expect(OffloadedCall.Write, 3, "def"u8, file);
                Expect(OffloadedCall.PReadV, 1008, [], file, 0, 0, 1);
                Expect(OffloadedCall.FStat, 0, [], file);
                Expect(OffloadedCall.Stat, 0, "file"u8, 4);
                Expect(OffloadedCall.Access, 0, "file"u8, 4, 4);
                Expect(OffloadedCall.FCntl, 0x8002, [], file, 3);
            }
        }

        void Expect(OffloadedCall call, long expected, ReadOnlySpan<byte> data, long first = 0, long second = 0, long third = 0, long fourth = 0)
        {
            long result = Call(driver, queue, handler, (ushort)call, data, first, second, third, fourth);
            if (result != expected)
                Assert.Fail($"{call} returns {result}");
            requests++;
            if (_allocated != known)
                allocations.Add($"{call}, request {requests}: {_allocated - known} bytes");
            known = _allocated;
        }
    }

    private long Call(
        RingDriver driver, Virtqueue queue, IRequestHandler handler, ushort operation, ReadOnlySpan<byte> data, long first = 0, long second = 0, long third = 0, long fourth = 0, DescriptorChain? chain = null)
    {
        chain ??= _chain;
        Send(driver, operation, data, [first, second, third, fourth]);
        if (queue.TryTake(chain) != TakeResult.Taken)
            Assert.Fail(queue.Complaint ?? "nothing there");
        if (!Measure(() => handler.TryAnswer(chain, queue)))
            queue.Give(chain.Head, (uint)Measure(handler, chain));
        if (!driver.TryReclaim(out _))
            Assert.Fail("not given back");
        return MemoryMarshal.Read<ResponseHeader>(_memory.At(Response, ResponseHeader.Bytes)).Result;
    }

    private long Measure(IRequestHandler handler, DescriptorChain chain) => Measure(() => handler.Handle(chain));

    /// <summary>Without what the test itself allocates.</summary>
    private T Measure<T>(Func<T> answer)
    {
        // A collection that another thread causes takes the rest of this thread's 8 KiB away, and .NET counts that as allocated. The project
        // has no background collections: the second pause of one does the same, and is not in the count of collections.
        int collections = GC.CollectionCount(0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        T result = answer();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        _allocated += collections == GC.CollectionCount(0) ? allocated : 0;
        return result;
    }

    private void Send(RingDriver driver, ushort operation, ReadOnlySpan<byte> data, ReadOnlySpan<long> arguments)
    {
        var header = new RequestHeader { Operation = operation };
        for (int i = 0; i < arguments.Length; i++)
            header.Arguments[i] = arguments[i];
        MemoryMarshal.Write(_memory.At(Request, RequestHeader.Bytes), in header);
        data.CopyTo(_memory.At(Request + RequestHeader.Bytes, data.Length));
        driver.Publish(driver.Add([new(Request, (uint)(RequestHeader.Bytes + data.Length), false), new(Response, 1024, true)]));
    }
}
