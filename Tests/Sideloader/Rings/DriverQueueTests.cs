using AzaleaOS.Abi.Virtio;
using AzaleaOS.Offload;
using AzaleaOS.Sideloader.Rings;
using AzaleaOS.Tests.Sideloader.Driving;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Sideloader.Rings;

/// <summary>The kernel's own side of a queue, checked by the device's validator in its strict mode.</summary>
public sealed unsafe class DriverQueueTests : IDisposable
{
    private const int Size = 16;
    private const int SlotBytes = 4096;
    private const VirtioFeatures All = VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors;
    private const ulong Slots = FencedMemory.LowAddress + 0x1_0000;

    private readonly FencedMemory _memory = new();

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void A_device_that_sleeps_and_gives_back_in_any_order_answers_every_request_once()
    {
        var layout = new RingDriver(_memory.Memory, FencedMemory.LowAddress, Size, All);
        Virtqueue device = layout.CreateQueue(_memory.Memory);
        var driver = default(SplitQueue);
        driver.Initialize(Size, Host(layout.TableAddress), Host(layout.AvailableAddress), Host(layout.UsedAddress));
        var random = new Random(5);
        var free = new Stack<int>(Enumerable.Range(0, Size));
        var held = new List<DescriptorChain>();
        var spare = new Stack<DescriptorChain>(Enumerable.Range(0, Size + 1).Select(_ => new DescriptorChain()));
        bool deviceSleeps = false;
        bool driverSleeps = false;
        long sent = 0;
        long answered = 0;
        // More than the indices' 65536.
        while (answered < 100_000)
        {
            if (!driverSleeps)
            {
                for (int i = random.Next(6); i > 0 && free.Count > 0; i--)
                {
                    if (Publish(ref driver, free.Pop(), random))
                        deviceSleeps = false;
                    sent++;
                }

                while (driver.TryTake(out VirtqUsedElement element))
                {
                    Assert.Equal((ulong)element.Head + 100, element.Length);
                    free.Push((int)element.Head);
                    answered++;
                }

                driverSleeps = free.Count < Size && random.Next(2) == 0 && !driver.EnableInterrupts();
            }

            if (deviceSleeps && held.Count == 0)
            {
                // Nobody has anything to do: then nothing may be under way.
                Assert.False(driverSleeps && free.Count < Size, "a notification was lost");
                continue;
            }

            while (spare.Count > 0 && device.TryTake(spare.Peek()) is var taken && taken != TakeResult.Empty)
            {
                Assert.Equal((TakeResult.Taken, null), (taken, device.Complaint));
                held.Add(spare.Pop());
                Assert.Equal(64, held[^1].ReadableBytes);
                Assert.Equal(16, held[^1].WritableBytes);
            }

            for (int i = random.Next(4); i > 0 && held.Count > 0; i--)
            {
                int chosen = random.Next(held.Count);
                device.Give(held[chosen].Head, (uint)held[chosen].Head + 100);
                spare.Push(held[chosen]);
                held.RemoveAt(chosen);
                if (device.ShouldNotify())
                    driverSleeps = false;
            }

            deviceSleeps = held.Count == 0 && !device.EnableNotifications();
        }

        Assert.Equal(sent, answered + Size - free.Count);
        foreach (DescriptorChain chain in spare.Concat(held))
            chain.Dispose();
    }

    /// <summary>The parts cover the pages byte for byte, in their order, and one that goes on without a gap makes no new part.</summary>
    [Property(MaxTest = 500)]
    public void Parts_are_the_pages_in_their_order(byte[] pages, byte room)
    {
        room = Math.Max((byte)1, room);
        VirtqDescriptor* table = stackalloc VirtqDescriptor[256];
        int count = 0;
        var expected = new List<(ulong Page, bool Writable)>();
        foreach (byte page in pages)
        {
            // Few pages, so that neighbours are common. What is written comes last.
            bool writable = expected.Count > 0 && expected[^1].Writable || page > 200;
            int before = count;
            bool isAdded = PartList.TryAdd(table, ref count, room, page % 8UL * 4096, 4096, writable);
            bool follows = before > 0 && expected[^1] == ((page % 8UL) - 1, writable) && page % 8 != 0;
            Assert.Equal(follows || before < room, isAdded);
            Assert.Equal(isAdded && !follows ? before + 1 : before, count);
            if (!isAdded)
                break;
            expected.Add((page % 8UL, writable));
        }

        var found = new List<(ulong, bool)>();
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(i + 1 < count, (table[i].Flags & VirtqDescriptorFlags.Next) != 0);
            Assert.Equal(i + 1 < count ? i + 1 : 0, table[i].Next);
            for (ulong at = 0; at < table[i].Length; at += 4096)
                found.Add(((table[i].Address + at) / 4096, (table[i].Flags & VirtqDescriptorFlags.Write) != 0));
        }

        Assert.Equal(expected, found);
    }

    private void* Host(ulong address)
    {
        void* host = _memory.Memory.Translate(address, 1);
        Assert.True(host != null);
        return host;
    }

    private bool Publish(ref SplitQueue driver, int index, Random random)
    {
        ulong slot = Slots + (ulong)index * SlotBytes;
        fixed (byte* start = _memory.At(slot, SlotBytes))
        {
            var table = (VirtqDescriptor*)start;
            int count = 0;
            uint cut = (uint)random.Next(1, 64);
            Assert.True(PartList.TryAdd(table, ref count, 8, slot + 256, cut, writable: false));
            Assert.True(PartList.TryAdd(table, ref count, 8, slot + 1024, 64 - cut, writable: false));
            Assert.True(PartList.TryAdd(table, ref count, 8, slot + 2048, 16, writable: true));
            return driver.Publish(index, slot, count);
        }
    }
}
