using AzaleaOS.Abi.Linux;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Rings;
using AzaleaOS.Tests.Sideloader.Driving;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Buffer = AzaleaOS.Tests.Sideloader.Driving.Buffer;

namespace AzaleaOS.Tests.Sideloader.Rings;

public sealed unsafe class VirtqueueTests : IDisposable
{
    private const VirtioFeatures All = VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors;
    private const ulong Data = FencedMemory.LowAddress + 0x2_0000;

    private readonly FencedMemory _memory = new();
    private readonly DescriptorChain _chain = new();

    public void Dispose()
    {
        _chain.Dispose();
        _memory.Dispose();
    }

    [Fact]
    public void A_request_arrives_and_its_answer_goes_back()
    {
        RingDriver driver = CreateDriver();
        Virtqueue queue = driver.CreateQueue(_memory.Memory);
        "hello"u8.CopyTo(_memory.At(Data, 5));
        Assert.Equal(TakeResult.Empty, queue.TryTake(_chain));

        ushort head = driver.Add([new(Data, 5, false), new(FencedMemory.HighAddress, 8, true)]);
        driver.Publish(head);

        Assert.Equal(TakeResult.Taken, queue.TryTake(_chain));
        Assert.Equal(5, _chain.ReadableBytes);
        Assert.Equal(8, _chain.WritableBytes);
        Span<byte> text = stackalloc byte[9];
        Assert.Equal(5, _chain.Read(0, text));
        Assert.True(text[..5].SequenceEqual("hello"u8));
        Assert.Equal(8, _chain.Write(0, "good-bye!"u8));
        queue.Give(_chain.Head, 8);

        Assert.True(driver.TryReclaim(out VirtqUsedElement element));
        Assert.Equal(head, element.Head);
        Assert.Equal(8u, element.Length);
        Assert.True(_memory.At(FencedMemory.HighAddress, 8).SequenceEqual("good-bye"u8));
        Assert.Equal(0, queue.InFlight);
    }

    [Property(MaxTest = 300)]
    public Property Any_way_to_cut_a_request_gives_the_same_bytes(byte[] text, byte[] cuts, bool indirect, int answer)
    {
        RingDriver driver = CreateDriver();
        Virtqueue queue = driver.CreateQueue(_memory.Memory);
        int room = Math.Abs(answer % 5000) + 1;
        var buffers = new List<Buffer>();
        // Both parts in pieces with gaps, in descending order of address: nothing is contiguous by accident.
        ulong place = FencedMemory.LowAddress + 0xF_0000;
        int cut = 0;
        for (int done = 0; done < text.Length;)
        {
            int piece = Math.Min(text.Length - done, 1 + (cuts.Length == 0 ? 6 : cuts[cut++ % cuts.Length] % 40));
            place -= (ulong)piece + 3;
            text.AsSpan(done, piece).CopyTo(_memory.At(place, piece));
            buffers.Add(new(place, (uint)piece, false));
            done += piece;
        }

        var written = new List<Buffer>();
        for (int done = 0; done < room;)
        {
            int piece = Math.Min(room - done, 100 + (cuts.Length == 0 ? 6 : cuts[cut++ % cuts.Length] * 7));
            place -= (ulong)piece + 1;
            written.Add(new(place, (uint)piece, true));
            done += piece;
        }

        buffers.AddRange(written);
        ushort head = indirect ? driver.AddIndirect(_memory.At(Data, buffers.Count * 16), Data, buffers.ToArray()) : driver.Add(buffers.ToArray());
        driver.Publish(head);

        Assert.Equal(TakeResult.Taken, queue.TryTake(_chain));
        byte[] read = new byte[text.Length + 1];
        Assert.Equal(text.Length, _chain.Read(0, read));
        int skip = text.Length / 2;
        byte[] rest = new byte[text.Length];
        Assert.Equal(text.Length - skip, _chain.Read(skip, rest));
        byte[] response = [.. Enumerable.Range(0, room).Select(i => (byte)(i * 7 + answer))];
        Assert.Equal(room - room / 3, _chain.Write(room / 3, response.AsSpan(room / 3)));
        Assert.Equal(room / 3, _chain.Write(0, response.AsSpan(0, room / 3)));
        Assert.Equal(0, _chain.Write(room, [1]));
        long selected = 0;
        foreach (IoVector segment in _chain.SelectWritable(room / 2, room))
        {
            Assert.True(new ReadOnlySpan<byte>((void*)segment.Base, (int)segment.Length).SequenceEqual(response.AsSpan((int)(room / 2 + selected), (int)segment.Length)));
            selected += (long)segment.Length;
        }

        queue.Give(_chain.Head, (uint)room);
        byte[] arrived = [.. written.SelectMany(buffer => _memory.At(buffer.Address, (int)buffer.Length).ToArray())];
        return (read.AsSpan(0, text.Length).SequenceEqual(text) && rest.AsSpan(0, text.Length - skip).SequenceEqual(text.AsSpan(skip))
            && selected == room - room / 2 && arrived.SequenceEqual(response) && driver.TryReclaim(out _)).ToProperty();
    }

    [Fact]
    public void Chains_can_be_given_back_in_any_order_around_the_ring_many_times()
    {
        RingDriver driver = CreateDriver(16);
        Virtqueue queue = driver.CreateQueue(_memory.Memory);
        var random = new Random(11);
        var held = new List<ushort>();
        int given = 0;
        for (int i = 0; i < 200_000; i++)
        {
            if (random.Next(2) == 0 && driver.Free >= 2)
                driver.Publish(driver.Add([new(Data, 4, false), new(Data + 64, 4, true)]));
            if (random.Next(2) == 0 && queue.TryTake(_chain) == TakeResult.Taken)
                held.Add(_chain.Head);
            if (random.Next(2) == 0 && held.Count > 0)
            {
                int which = random.Next(held.Count);
                queue.Give(held[which], 4);
                held.RemoveAt(which);
                given++;
            }

            while (random.Next(4) == 0 && driver.TryReclaim(out _))
                given--;
        }

        while (driver.TryReclaim(out _))
            given--;
        Assert.Equal(0, given);
        Assert.Null(queue.Complaint);
        Assert.Equal(held.Count, queue.InFlight);
    }

    [Fact]
    public void A_buffer_may_go_on_in_the_next_region_but_not_into_a_hole()
    {
        RingDriver driver = CreateDriver();
        Virtqueue queue = driver.CreateQueue(_memory.Memory);
        driver.Publish(driver.Add([new(FencedMemory.HighAddress + (ulong)_memory.RegionBytes - 1, 2, false)]));

        Assert.Equal(TakeResult.Broken, queue.TryTake(_chain));
        Assert.Equal(RingRule.Memory, queue.BrokenRule);

        var touching = new GuestMemoryOfTwoHalves(_memory);
        driver = CreateDriver();
        queue = driver.CreateQueue(touching.Memory);
        driver.Publish(driver.Add([new(touching.Seam - 3, 8, false)]));
        Assert.Equal(TakeResult.Taken, queue.TryTake(_chain));
        Assert.Equal(2, _chain.ReadableCount);
        Assert.Equal(8, _chain.ReadableBytes);
    }

    public static TheoryData<RingRule, string> Faults => new()
    {
        { RingRule.AvailableIndex, "index" },
        { RingRule.Head, "head" },
        { RingRule.Next, "next" },
        { RingRule.ChainLength, "loop" },
        { RingRule.ChainLength, "too long" },
        { RingRule.ChainBytes, "too many bytes" },
        { RingRule.Order, "order" },
        { RingRule.Memory, "outside" },
        { RingRule.Memory, "wraps" },
        { RingRule.IndirectInIndirect, "indirect in indirect" },
        { RingRule.IndirectWithNext, "indirect with next" },
        { RingRule.IndirectTable, "indirect length 0" },
        { RingRule.IndirectTable, "indirect length 17" },
        { RingRule.IndirectTable, "indirect outside" },
        { RingRule.UnknownFlags, "flags" },
        { RingRule.InFlight, "twice" },
        { RingRule.InFlight, "shared" },
        { RingRule.AvailableFlags, "available flags" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_broken_rule_is_named_and_stops_the_queue(RingRule rule, string fault)
    {
        RingDriver driver = CreateDriver();
        Virtqueue queue = driver.CreateQueue(_memory.Memory);
        Buffer small = new(Data, 16, false);
        ushort head = driver.Add([small, new(Data + 64, 16, true)]);
        ref VirtqDescriptor first = ref driver.Table[head];
        Span<VirtqDescriptor> table = new(_memory.Memory.Translate(Data + 0x1000, 4096), 256);
        switch (fault)
        {
            case "head":
                head = 64;
                break;
            case "next":
                first.Next = 64;
                break;
            case "loop":
                first.Next = head;
                break;
            case "too long":
                for (int i = 0; i < 65; i++)
                    table[i] = new VirtqDescriptor { Address = Data, Length = 1, Flags = i < 64 ? VirtqDescriptorFlags.Next : 0, Next = (ushort)(i + 1) };
                first = new VirtqDescriptor { Address = Data + 0x1000, Length = 65 * 16, Flags = VirtqDescriptorFlags.Indirect };
                break;
            case "too many bytes":
                first.Length = uint.MaxValue;
                first.Address = FencedMemory.LowAddress;
                queue = driver.CreateQueue(new AzaleaOS.Sideloader.Memory.GuestMemory([new(0, 1UL << 40, 0, 0)], []));
                break;
            case "order":
                first.Flags |= VirtqDescriptorFlags.Write;
                driver.Table[first.Next].Flags = 0;
                break;
            case "outside":
                first.Address = FencedMemory.LowAddress - 1;
                break;
            case "wraps":
                first.Address = ulong.MaxValue - 3;
                break;
            case "indirect in indirect":
                table[0] = new VirtqDescriptor { Address = Data + 0x1000, Length = 16, Flags = VirtqDescriptorFlags.Indirect };
                first = new VirtqDescriptor { Address = Data + 0x1000, Length = 16, Flags = VirtqDescriptorFlags.Indirect };
                break;
            case "indirect with next":
                first.Flags = VirtqDescriptorFlags.Indirect | VirtqDescriptorFlags.Next;
                break;
            case "indirect length 0":
                first = new VirtqDescriptor { Address = Data, Length = 0, Flags = VirtqDescriptorFlags.Indirect };
                break;
            case "indirect length 17":
                first = new VirtqDescriptor { Address = Data, Length = 17, Flags = VirtqDescriptorFlags.Indirect };
                break;
            case "indirect outside":
                first = new VirtqDescriptor { Address = FencedMemory.LowAddress + (ulong)_memory.RegionBytes - 16, Length = 32, Flags = VirtqDescriptorFlags.Indirect };
                break;
            case "flags":
                first.Flags |= (VirtqDescriptorFlags)0x80;
                break;
            case "available flags":
                driver.AvailableFlags = 1;
                break;
            case "shared":
                ushort other = driver.Add([small, small]);
                driver.Publish(other);
                Assert.Equal(TakeResult.Taken, queue.TryTake(_chain));
                first.Next = driver.Table[other].Next;
                break;
        }

        driver.Publish(head);
        if (fault == "twice")
        {
            Assert.Equal(TakeResult.Taken, queue.TryTake(_chain));
            driver.Publish(head);
        }
        else if (fault == "index")
        {
            driver.AvailableIndex = 65;
        }

        Assert.Equal(TakeResult.Broken, queue.TryTake(_chain));
        Assert.Equal(rule, queue.BrokenRule);
        Assert.NotEmpty(queue.Complaint!);
        driver.AvailableIndex = 0;
        Assert.Equal(TakeResult.Broken, queue.TryTake(_chain));
    }

    [Fact]
    public void An_indirect_table_needs_to_be_negotiated()
    {
        var driver = new RingDriver(_memory.Memory, FencedMemory.LowAddress, 64, VirtioFeatures.Version1);
        Virtqueue queue = driver.CreateQueue(_memory.Memory, strict: false);
        driver.Publish(driver.AddIndirect(_memory.At(Data, 16), Data, [new(Data, 1, false)]));

        Assert.Equal(TakeResult.Broken, queue.TryTake(_chain));
        Assert.Equal(RingRule.IndirectNotNegotiated, queue.BrokenRule);
    }

    [Fact]
    public void A_chain_of_the_most_buffers_is_taken_and_one_more_is_not()
    {
        RingDriver driver = CreateDriver(32);
        foreach ((int count, TakeResult expected) in new[] { (DescriptorChain.MaxSegments, TakeResult.Taken), (DescriptorChain.MaxSegments + 1, TakeResult.Broken) })
        {
            Virtqueue queue = driver.CreateQueue(_memory.Memory, strict: false);
            Buffer[] buffers = [.. Enumerable.Range(0, count).Select(i => new Buffer(Data + 0x8000 + (ulong)i * 32, 16, i > 3))];
            driver.Publish(driver.AddIndirect(_memory.At(Data, count * 16), Data, buffers));

            TakeResult result = queue.TryTake(_chain);
            driver = CreateDriver(32);
            Assert.Equal(expected, result);
        }
    }

    [Theory]
    [InlineData(0u, "entries")]
    [InlineData(48u, "entries")]
    [InlineData(65536u, "entries")]
    public void A_queue_of_an_impossible_size_is_refused(uint size, string word) =>
        Assert.Contains(word, Assert.Throws<ArgumentException>(() => RingLayout.FromFrontEnd(_memory.Memory, size, 0, 0, 0)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(8, 0x1000, 0x2000, "descriptor table")]
    [InlineData(0, 0x1001, 0x2000, "available ring")]
    [InlineData(0, 0x1000, 0x2002, "used ring")]
    [InlineData(0, 0x1000, 0xF_FFF0, "used ring")]
    [InlineData(-16, 0x1000, 0x2000, "descriptor table")]
    public void A_ring_that_is_not_aligned_or_outside_is_refused(long table, long available, long used, string part)
    {
        ulong start = FencedMemory.LowAddress + FencedMemory.FrontEndOffset;
        ArgumentException refusal = Assert.Throws<ArgumentException>(
            () => RingLayout.FromFrontEnd(_memory.Memory, 64, start + (ulong)table, start + (ulong)available, start + (ulong)used));
        Assert.Contains(part, refusal.Message, StringComparison.Ordinal);
        RingLayout good = RingLayout.FromFrontEnd(_memory.Memory, 64, start, start + 0x1000, start + 0x2000);
        Assert.Equal((nint)_memory.Low + 0x1000, good.Available);
    }

    [Theory]
    [InlineData(VirtioFeatures.Version1)]
    [InlineData(VirtioFeatures.Version1 | VirtioFeatures.EventIndex)]
    public void No_wake_up_is_lost_between_two_threads_that_sleep(VirtioFeatures features)
    {
        const int Requests = 50_000;
        var driver = new RingDriver(_memory.Memory, FencedMemory.LowAddress, 8, features);
        Virtqueue queue = driver.CreateQueue(_memory.Memory);
        using var kick = new SemaphoreSlim(0);
        using var interrupt = new SemaphoreSlim(0);
        var limit = TimeSpan.FromSeconds(60);
        string? failure = null;

        var device = new Thread(() =>
        {
            for (int done = 0; done < Requests;)
            {
                queue.DisableNotifications();
                while (queue.TryTake(_chain) == TakeResult.Taken)
                {
                    queue.Give(_chain.Head, 0);
                    done++;
                    if (queue.ShouldNotify())
                        interrupt.Release();
                }

                if (done < Requests && !queue.EnableNotifications() && !kick.Wait(limit))
                {
                    failure = $"the device sleeps after {done} requests";
                    return;
                }
            }
        });
        device.Start();
        int sent = 0;
        for (int received = 0; received < Requests && failure is null;)
        {
            while (sent < Requests && driver.Free > 0)
            {
                driver.Publish(driver.Add([new(Data, 1, false)]));
                sent++;
                if (driver.ShouldKick())
                    kick.Release();
            }

            while (driver.TryReclaim(out _))
                received++;
            if (sent > received && !driver.EnableInterrupts())
                Assert.True(interrupt.Wait(limit), $"the driver sleeps after {received} answers; {failure}");
        }

        Assert.True(device.Join(limit));
        Assert.Null(failure);
    }

    private RingDriver CreateDriver(int size = 64) => new(_memory.Memory, FencedMemory.LowAddress, size, All);

    /// <summary>The low region as two that touch in the guest's addresses.</summary>
    private sealed class GuestMemoryOfTwoHalves(FencedMemory whole)
    {
        internal ulong Seam { get; } = FencedMemory.LowAddress + 0x8_0000;

        internal AzaleaOS.Sideloader.Memory.GuestMemory Memory { get; } = new(
            [
                new(FencedMemory.LowAddress, 0x8_0000, 0, (nint)whole.Low),
                new(FencedMemory.LowAddress + 0x8_0000, 0x8_0000, 0x100_0000, (nint)whole.Low + 0x8_0000),
            ],
            []);
    }
}
