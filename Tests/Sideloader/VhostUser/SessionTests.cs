using System.Runtime.InteropServices;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Native;
using AzaleaOS.Sideloader.VhostUser;
using AzaleaOS.Tests.Sideloader.Driving;

namespace AzaleaOS.Tests.Sideloader.VhostUser;

public sealed class SessionTests
{
    private const ulong Ring = SharedGuest.Address + 0x1000;
    private const ulong Data = SharedGuest.Address + 0x10_0000;

    [Theory]
    [InlineData(VirtioFeatures.Version1, 0)]
    [InlineData(VirtioFeatures.Version1 | VirtioFeatures.EventIndex, 0)]
    [InlineData(FrontEnd.RingFeatures, 0)]
    [InlineData(FrontEnd.RingFeatures, 200)]
    public void Requests_of_several_queues_are_answered(VirtioFeatures features, int spinMicroseconds)
    {
        using var guest = new SharedGuest();
        var device = new ReverseDevice(3);
        using (var frontEnd = new FrontEnd(device, spin: TimeSpan.FromMicroseconds(spinMicroseconds)))
        {
            frontEnd.Start(guest, features);
            Assert.Equal(3UL, frontEnd.Ask<ulong>(VhostUserRequest.GetQueueNum));
            for (uint index = 0; index < 3; index++)
            {
                var driver = new RingDriver(guest.Memory, Ring + index * 0x1_0000, 16, features);
                using var events = new QueueEvents();
                frontEnd.StartQueue(index, driver, events);
                for (int i = 0; i < 100; i++)
                    Assert.Equal($"{i} olleh{(char)index}", Exchange(guest, driver, events, $"hello {Reverse(i)}"));
            }

            Assert.Empty(frontEnd.Log);
        }

        Assert.Equal(0, device.Handlers);
    }

    [Fact]
    public void A_memory_table_does_what_single_regions_do()
    {
        using var guest = new SharedGuest();
        using var frontEnd = new FrontEnd(new ReverseDevice(1));
        frontEnd.Send(VhostUserRequest.SetFeatures, (ulong)FrontEnd.RingFeatures);
        frontEnd.Send(VhostUserRequest.SetMemTable, new Table { Count = 2, First = Half(0), Second = Half(1) }, guest.Descriptor, guest.Descriptor);
        var driver = new RingDriver(guest.Memory, Ring, 16, FrontEnd.RingFeatures);
        using var events = new QueueEvents();
        // Without the protocol's features: no acknowledgement, and no request that enables.
        frontEnd.Send(VhostUserRequest.SetVringNum, new VringState { Index = 0, Value = 16 });
        frontEnd.Send(VhostUserRequest.SetVringAddr, FrontEnd.AddressesOf(0, driver));
        frontEnd.Send(VhostUserRequest.SetVringCall, 0UL, events.Call);
        frontEnd.Send(VhostUserRequest.SetVringKick, 0UL, events.Kick);

        Assert.Equal("cba\0", Exchange(guest, driver, events, "abc"));

        MemoryRegion Half(ulong which) => new()
        {
            GuestAddress = SharedGuest.Address + which * (ulong)guest.Bytes / 2,
            Length = (ulong)guest.Bytes / 2,
            FrontEndAddress = SharedGuest.FrontEndAddress + which * (ulong)guest.Bytes / 2,
            FileOffset = which * (ulong)guest.Bytes / 2,
        };
    }

    [Fact]
    public void A_queue_that_is_stopped_goes_on_where_it_was()
    {
        using var guest = new SharedGuest();
        using var frontEnd = new FrontEnd(new ReverseDevice(1));
        frontEnd.Start(guest);
        var driver = new RingDriver(guest.Memory, Ring, 16, FrontEnd.RingFeatures);
        using var events = new QueueEvents();
        frontEnd.StartQueue(0, driver, events);
        for (int i = 0; i < 5; i++)
            Assert.Equal("xy\0", Exchange(guest, driver, events, "yx"));

        frontEnd.Send(VhostUserRequest.GetVringBase, new VringState { Index = 0 });
        VringState state = MemoryMarshal.Read<VringState>(frontEnd.Receive(VhostUserRequest.GetVringBase));
        Assert.Equal(5u, state.Value);
        driver.Publish(driver.Add([new(Data, 2, false), new(Data + 0x1000, 3, true)]));
        Libc.Signal(events.Kick);
        Assert.Equal(0UL, frontEnd.Ask<ulong>(VhostUserRequest.GetQueueNum) - 1);
        Assert.Equal(5, driver.UsedIndex);

        frontEnd.StartQueue(0, driver, events, (ushort)state.Value);
        Assert.True(QueueEvents.Wait(events.Call));
        Assert.True(driver.TryReclaim(out _));
        Assert.Equal("xy\0", Exchange(guest, driver, events, "yx"));
    }

    [Fact]
    public void A_queue_is_served_only_while_it_is_enabled_and_its_memory_is_there()
    {
        using var guest = new SharedGuest();
        using var frontEnd = new FrontEnd(new ReverseDevice(1));
        frontEnd.Start(guest);
        var driver = new RingDriver(guest.Memory, Ring, 16, FrontEnd.RingFeatures);
        using var events = new QueueEvents();
        frontEnd.StartQueue(0, driver, events);
        Assert.Equal("a\0", Exchange(guest, driver, events, "a"));

        Assert.Equal(0UL, frontEnd.SendAcknowledged(VhostUserRequest.SetVringEnable, new VringState { Index = 0, Value = 0 }));
        AssertNotServed(1);
        Assert.Equal(0UL, frontEnd.SendAcknowledged(VhostUserRequest.SetVringEnable, new VringState { Index = 0, Value = 1 }));
        AssertServed();

        Assert.Equal(0UL, frontEnd.SendAcknowledged(VhostUserRequest.RemMemReg, FrontEnd.Region(guest)));
        AssertNotServed(2);
        Assert.Equal(0UL, frontEnd.SendAcknowledged(VhostUserRequest.AddMemReg, FrontEnd.Region(guest), guest.Descriptor));
        AssertServed();

        void AssertNotServed(int used)
        {
            driver.Publish(driver.Add([new(Data, 1, false), new(Data + 0x1000, 2, true)]));
            Libc.Signal(events.Kick);
            Assert.Equal(1UL, frontEnd.Ask<ulong>(VhostUserRequest.GetQueueNum));
            Thread.Sleep(20);
            Assert.Equal(used, driver.UsedIndex);
        }

        void AssertServed()
        {
            Assert.True(QueueEvents.Wait(events.Call));
            Assert.True(driver.TryReclaim(out _));
        }
    }

    [Fact]
    public void A_broken_queue_tells_and_does_not_stop_the_others()
    {
        using var guest = new SharedGuest();
        using var frontEnd = new FrontEnd(new ReverseDevice(2));
        frontEnd.Start(guest);
        var bad = new RingDriver(guest.Memory, Ring, 16, FrontEnd.RingFeatures);
        var good = new RingDriver(guest.Memory, Ring + 0x1_0000, 16, FrontEnd.RingFeatures);
        using var badEvents = new QueueEvents();
        using var goodEvents = new QueueEvents();
        frontEnd.StartQueue(0, bad, badEvents);
        frontEnd.StartQueue(1, good, goodEvents);

        bad.Publish(bad.Add([new(0x1234, 1, false)]));
        Libc.Signal(badEvents.Kick);

        Assert.True(QueueEvents.Wait(badEvents.Error));
        Assert.Equal("queue 0 is stopped until the driver resets it: descriptor 0 of chain 0, 1 bytes at 0x1234, is not in the guest's memory", Assert.Single(frontEnd.Log));
        Assert.Equal("fe\u0001", Exchange(guest, good, goodEvents, "ef"));

        // A reset: the queue starts anew.
        frontEnd.Send(VhostUserRequest.GetVringBase, new VringState { Index = 0 });
        frontEnd.Receive(VhostUserRequest.GetVringBase);
        var again = new RingDriver(guest.Memory, Ring, 16, FrontEnd.RingFeatures);
        frontEnd.StartQueue(0, again, badEvents);
        Assert.Equal("fe\0", Exchange(guest, again, badEvents, "ef"));
    }

    [Fact]
    public void Requests_allocate_nothing()
    {
        using var guest = new SharedGuest();
        var device = new ReverseDevice(1);
        using var frontEnd = new FrontEnd(device, strict: false);
        frontEnd.Start(guest);
        var driver = new RingDriver(guest.Memory, Ring, 256, FrontEnd.RingFeatures);
        using var events = new QueueEvents();
        frontEnd.StartQueue(0, driver, events);
        for (int answered = 0; answered < 100_000;)
        {
            while (driver.Free >= 2)
                driver.Publish(driver.Add([new(Data, 16, false), new(Data + 0x1000, 17, true)]));
            if (driver.ShouldKick())
                Libc.Signal(events.Kick);
            while (driver.TryReclaim(out VirtqUsedElement element))
            {
                Assert.Equal(17u, element.Length);
                answered++;
            }
        }

        Assert.Equal(0, device.Allocated);
    }

    [Fact]
    public void The_configuration_is_read_where_it_exists()
    {
        using var guest = new SharedGuest();
        using var frontEnd = new FrontEnd(new ReverseDevice(1), offersConfiguration: true);
        frontEnd.Start(guest);

        Assert.Equal("figur"u8.ToArray(), Read(3, 5)[12..]);
        Assert.Equal("configuration"u8.ToArray(), Read(0, 13)[12..]);
        Assert.Empty(Read(9, 5));
        Assert.Empty(Read(uint.MaxValue, 5));

        byte[] Read(uint offset, uint size)
        {
            byte[] payload = new byte[12 + size];
            MemoryMarshal.Write(payload, offset);
            MemoryMarshal.Write(payload.AsSpan(4), size);
            Assert.True(frontEnd.SendRaw(VhostUserRequest.GetConfig, VhostUserHeader.Version, payload, []));
            return frontEnd.Receive(VhostUserRequest.GetConfig);
        }
    }

    [Fact]
    public void What_cannot_be_done_is_said_to_a_front_end_that_asks()
    {
        using var guest = new SharedGuest();
        using var frontEnd = new FrontEnd(new ReverseDevice(1));
        frontEnd.Start(guest);

        Assert.Equal(1UL, frontEnd.SendAcknowledged(VhostUserRequest.AddMemReg, FrontEnd.Region(guest), guest.Descriptor));
        Assert.Equal(1UL, frontEnd.SendAcknowledged(VhostUserRequest.SetVringNum, new VringState { Index = 1, Value = 16 }));
        Assert.Equal(1UL, frontEnd.SendAcknowledged(VhostUserRequest.SetVringNum, new VringState { Index = 0, Value = 17 }));
        Assert.Equal(1UL, frontEnd.SendAcknowledged((VhostUserRequest)4711, 0UL));
        FrontEnd.PaddedRegion longer = FrontEnd.Region(guest);
        longer.Region.GuestAddress = 0;
        longer.Region.FileOffset = 4096;
        Assert.Equal(1UL, frontEnd.SendAcknowledged(VhostUserRequest.AddMemReg, longer, guest.Descriptor));
        longer.Region.FileOffset = ulong.MaxValue - 4096;
        Assert.Equal(1UL, frontEnd.SendAcknowledged(VhostUserRequest.AddMemReg, longer, guest.Descriptor));

        Assert.Equal(
            [
                "AddMemReg: the regions at 0x40000000 and 0x40000000 overlap",
                "SetVringNum: there is no queue 1",
                "SetVringNum: a queue of 17 entries",
                "4711: the request 4711 is not known here",
                "AddMemReg: cannot map 4198400 bytes at 0 of a file with 4194304: EINVAL",
                "AddMemReg: a memory region of 4194304 bytes at 18446744073709547519 of its file",
            ],
            frontEnd.Log);
        Assert.Equal(1UL, frontEnd.Ask<ulong>(VhostUserRequest.GetQueueNum));
    }

    [Theory]
    [InlineData(4711, 1, 8, 0, "not known")]
    [InlineData(1, 2, 0, 0, "flags")]
    [InlineData(1, 5, 0, 0, "flags")]
    [InlineData(2, 1, 4, 0, "with 4 bytes")]
    [InlineData(2, 1, 8, 0xFF, "not offered")]
    [InlineData(16, 1, 8, 0xFF, "not offered")]
    [InlineData(5, 1, 8, 1, "0 descriptors")]
    [InlineData(12, 1, 8, 0, "without descriptor")]
    [InlineData(12, 1, 8, 0x100, "polling")]
    [InlineData(18, 1, 8, 0, "no queue")]
    public void A_front_end_that_breaks_the_protocol_is_left_with_a_reason(uint request, uint flags, int bytes, ushort fill, string reason)
    {
        using var frontEnd = new FrontEnd(new ReverseDevice(1));
        byte[] payload = new byte[bytes];
        if (request == 18)
            payload[0] = 9;
        else if (fill != 0)
            MemoryMarshal.Write(payload, fill);
        Assert.True(frontEnd.SendRaw((VhostUserRequest)request, flags, payload, []));

        Assert.Contains(reason, Assert.IsType<VhostUserException>(frontEnd.WaitForFailure()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_at_random_end_a_session_but_not_the_process_and_leak_nothing()
    {
        using var guest = new SharedGuest();
        using var events = new QueueEvents();
        var random = new Random(17);
        VhostUserRequest[] requests = Enum.GetValues<VhostUserRequest>();
        int ended = 0;
        HashSet<string> before = OpenFiles();
        for (int round = 0; round < 150; round++)
        {
            using var frontEnd = new FrontEnd(new ReverseDevice(2));
            if (round % 2 == 0)
                frontEnd.Start(guest);
            for (int i = 0; i < 40 && frontEnd.Failure is null; i++)
            {
                byte[] payload = new byte[random.Next(3) == 0 ? random.Next(0, 300) : 40];
                if (random.Next(2) == 0)
                    random.NextBytes(payload);
                if (random.Next(2) == 0)
                    payload.AsSpan(0, Math.Min(payload.Length, 8)).Fill((byte)random.Next(2));
                int[] files = [.. Enumerable.Range(0, random.Next(3) == 0 ? random.Next(0, 12) : 1).Select(_ => random.Next(3) switch { 0 => guest.Descriptor, 1 => events.Kick, _ => events.Call })];
                uint flags = random.Next(20) == 0 ? (uint)random.Next() : VhostUserHeader.Version | (random.Next(2) == 0 ? VhostUserHeader.NeedReply : 0);
                frontEnd.SendRaw(requests[random.Next(requests.Length)], flags, payload, files, random.Next(30) == 0 ? (uint)random.Next() : null);
            }

            frontEnd.HangUp();
            if (frontEnd.Failure is { } failure)
            {
                ended++;
                Assert.True(failure is IOException, failure.ToString());
            }
        }

        Assert.InRange(ended, 30, 150);
        Assert.Empty(OpenFiles().Except(before));
    }

    /// <summary>The memory files and eventfds of this process that are not other tests'.</summary>
    private static HashSet<string> OpenFiles() =>
        [.. Directory.GetFiles("/proc/self/fd").Where(path => File.ResolveLinkTarget(path, false)?.Name is { } name && (name.Contains("memfd:guest", StringComparison.Ordinal) || name.Contains("eventfd", StringComparison.Ordinal)))];

    private static string Exchange(SharedGuest guest, RingDriver driver, QueueEvents events, string text)
    {
        System.Text.Encoding.Latin1.GetBytes(text, guest.At(Data, text.Length));
        driver.Publish(driver.Add([new(Data, (uint)text.Length, false), new(Data + 0x1000, 100, true)]));
        if (driver.ShouldKick())
            Libc.Signal(events.Kick);
        VirtqUsedElement element;
        while (!driver.TryReclaim(out element))
        {
            if (!driver.EnableInterrupts())
                Assert.True(QueueEvents.Wait(events.Call), "no answer");
        }

        return System.Text.Encoding.Latin1.GetString(guest.At(Data + 0x1000, (int)element.Length));
    }

    private static string Reverse(int number) => new([.. number.ToString().Reverse()]);

    [StructLayout(LayoutKind.Explicit)]
    private struct Table
    {
        [FieldOffset(0)] internal uint Count;
        [FieldOffset(8)] internal MemoryRegion First;
        [FieldOffset(40)] internal MemoryRegion Second;
    }
}
