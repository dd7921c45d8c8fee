using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Rings;
using AzaleaOS.Tests.Sideloader.Driving;
using Buffer = AzaleaOS.Tests.Sideloader.Driving.Buffer;

namespace AzaleaOS.Tests.Sideloader.Rings;

/// <summary>A driver that makes the same chain available again and again, and changes a little of it now and then.</summary>
public sealed unsafe class RepeatedChainTests : IDisposable
{
    private const VirtioFeatures All = VirtioFeatures.Version1 | VirtioFeatures.IndirectDescriptors;
    private const ulong Data = FencedMemory.LowAddress + 0x2_0000;
    private const ulong Table = FencedMemory.LowAddress + 0x1_0000;
    private const int Rounds = 20_000;

    private readonly FencedMemory _memory = new();
    private readonly DescriptorChain _chain = new();

    public void Dispose()
    {
        _chain.Dispose();
        _memory.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_chain_that_was_the_last_one_too_is_what_its_descriptors_say_now(bool indirect)
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        var driver = new RingDriver(_memory.Memory, FencedMemory.LowAddress, 16, All);
        ushort[] heads = [Add(0), Add(1)];
        Virtqueue repeating = driver.CreateQueue(_memory.Memory, strict: false);
        ushort available = 0;
        int alike = 0;
        int broken = 0;
        for (int round = 0; round < Rounds; round++)
        {
            int which = random.Next(8) / 7;
            ushort head = heads[which];
            VirtqDescriptor* descriptors = indirect ? (VirtqDescriptor*)_memory.Memory.Translate(Table + (ulong)which * 4096, 48) : null;
            List<nint> places = [(nint)Place(head)];
            if (indirect)
                places.AddRange([(nint)descriptors, (nint)(descriptors + 1), (nint)(descriptors + 2)]);
            else
                places.AddRange([(nint)Place(Place(head)->Next), (nint)Place(Place(Place(head)->Next)->Next)]);
            VirtqDescriptor* victim = (VirtqDescriptor*)places[random.Next(places.Count)];
            VirtqDescriptor before = *victim;
            bool changes = random.Next(3) == 0;
            if (changes)
                Change(victim, random);

            driver.Publish(head);
            using var fresh = new DescriptorChain();
            // One that has seen nothing yet looks at the same entry.
            var other = new Virtqueue(_memory.Memory, driver.Layout, All, available);
            TakeResult expected = other.TryTake(fresh);
            TakeResult found = repeating.TryTake(_chain);
            string here = $"seed {seed}, round {round}, {other.Complaint}";
            Assert.True(expected == found && other.BrokenRule == repeating.BrokenRule && other.Complaint == repeating.Complaint, here);
            available++;
            if (found == TakeResult.Taken)
            {
                Assert.True(fresh.Head == _chain.Head && fresh.ReadableCount == _chain.ReadableCount && fresh.WritableCount == _chain.WritableCount, here);
                Assert.True(fresh.ReadableBytes == _chain.ReadableBytes && fresh.WritableBytes == _chain.WritableBytes, here);
                Assert.True(fresh.Segments.SequenceEqual(_chain.Segments), here);
                Assert.Equal(0, _chain.CopiedBytes + _chain.MovedBytes);
                _chain.Read(0, new byte[3]);
                _chain.AddMoved(5);
                repeating.Give(head, 0);
                alike++;
            }
            else
            {
                // The driver gets on by a reset.
                repeating = new Virtqueue(_memory.Memory, driver.Layout, All, available);
                broken++;
            }

            // A change that broke a rule goes, and that of the ring's links, which are the test's way to its descriptors; others may stay.
            if (changes && (found == TakeResult.Broken || random.Next(2) == 0 || victim->Next != before.Next || victim->Flags != before.Flags))
                *victim = before;
        }

        Assert.True(alike > Rounds / 2 && broken > Rounds / 100, $"seed {seed}: {alike} chains, {broken} broken rules");

        VirtqDescriptor* Place(int index)
        {
            fixed (VirtqDescriptor* first = driver.Table)
                return first + index;
        }

        ushort Add(int which)
        {
            Buffer[] buffers = [new(Data, 64, false), new(Data + 64, 16, true), new(FencedMemory.HighAddress, 4096, true)];
            ulong table = Table + (ulong)which * 4096;
            return indirect ? driver.AddIndirect(_memory.At(table, 48), table, buffers) : driver.Add(buffers);
        }
    }

    private static void Change(VirtqDescriptor* descriptor, Random random)
    {
        switch (random.Next(5))
        {
            case 0:
                descriptor->Address = FencedMemory.LowAddress + (ulong)random.Next(0x8_0000, 0x9_0000);
                break;
            case 1:
                descriptor->Length = (uint)random.Next(5000);
                break;
            case 2:
                descriptor->Flags ^= (VirtqDescriptorFlags)(1 << random.Next(3));
                break;
            case 3:
                descriptor->Next = (ushort)random.Next(20);
                break;
            default:
                descriptor->Address = ulong.MaxValue - (ulong)random.Next(5000);
                break;
        }
    }
}
