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
        // The first part is there from the start, and no page lies behind it.
        const ulong First = 0x1000_0000;
        room = Math.Max((byte)1, room);
        VirtqDescriptor* table = stackalloc VirtqDescriptor[256];
        PartList.Initialize(table, 256);
        PartList.Write(table, First, 64, VirtqDescriptorFlags.None);
        VirtqDescriptor* last = table;
        var expected = new List<(ulong Page, bool Writable)>();
        foreach (byte page in pages)
        {
            // Few pages, so that neighbours are common. What is written comes last.
            bool writable = expected.Count > 0 && expected[^1].Writable || page > 200;
            VirtqDescriptor* before = last;
            bool isAdded = PartList.TryAdd(ref last, table + room - 1, page % 8UL * 4096, 4096, writable ? VirtqDescriptorFlags.Write : VirtqDescriptorFlags.None);
            bool follows = expected.Count > 0 && expected[^1] == ((page % 8UL) - 1, writable) && page % 8 != 0;
            Assert.Equal(follows || before - table + 1 < room, isAdded);
            Assert.Equal(isAdded && !follows ? before - table + 1 : before - table, last - table);
            if (!isAdded)
                break;
            expected.Add((page % 8UL, writable));
        }

        PartList.End(last);
        Assert.Equal((First, 64u), (table->Address, table->Length));
        var found = new List<(ulong, bool)>();
        for (VirtqDescriptor* part = table; part <= last; part++)
        {
            Assert.Equal(part < last, (part->Flags & VirtqDescriptorFlags.Next) != 0);
            Assert.Equal(part - table + 1, part->Next);
            for (ulong at = 0; part > table && at < part->Length; at += 4096)
                found.Add(((part->Address + at) / 4096, (part->Flags & VirtqDescriptorFlags.Write) != 0));
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
            uint cut = (uint)random.Next(1, 64);
            PartList.Initialize(table, 8);
            PartList.Write(table, slot + 256, cut, VirtqDescriptorFlags.None);
            VirtqDescriptor* last = table;
            Assert.True(PartList.TryAdd(ref last, table + 7, slot + 1024, 64 - cut, VirtqDescriptorFlags.None));
            Assert.True(PartList.TryAdd(ref last, table + 7, slot + 2048, 16, VirtqDescriptorFlags.Write));
            PartList.End(last);
            driver.SetTable(index, slot, (uint)(last - table + 1) * VirtqDescriptor.Bytes);
            return driver.Publish(index);
        }
    }
}
