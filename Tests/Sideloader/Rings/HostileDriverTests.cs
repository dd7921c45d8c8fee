using System.Runtime.InteropServices;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Rings;
using AzaleaOS.Tests.Sideloader.Driving;
using Buffer = AzaleaOS.Tests.Sideloader.Driving.Buffer;

namespace AzaleaOS.Tests.Sideloader.Rings;

/// <summary>A driver that writes nonsense everywhere, also while the device reads.</summary>
public sealed unsafe class HostileDriverTests : IDisposable
{
    private const VirtioFeatures Features = VirtioFeatures.Version1 | VirtioFeatures.EventIndex | VirtioFeatures.IndirectDescriptors;
    private const int Chains = 1_000_000;
    private const int MostChains = 20 * Chains;
    private const int Fewest = Chains / 20;

    /// <summary>How many chains the driver makes for each turn of the mutator, once they take turns.</summary>
    private const int ChainsPerTurn = 8;

    private readonly FencedMemory _memory = new();

    public void Dispose() => _memory.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_million_chains_under_a_concurrent_mutator_never_leave_the_memory(bool strict)
    {
        var driver = new RingDriver(_memory.Memory, FencedMemory.LowAddress, 64, Features);
        using var chain = new DescriptorChain();
        var random = new Random(strict ? 3 : 4);
        bool stop = false;
        int afterStorm = 0;
        var mutator = new Thread(() => Mutate(driver, ref stop, ref afterStorm));
        mutator.Start();
        int taken = 0;
        int broken = 0;
        var rules = new HashSet<RingRule>();
        try
        {
            Virtqueue queue = driver.CreateQueue(_memory.Memory, strict);
            for (int i = 0; i < Chains || TooFew(i); i++)
            {
                if (i >= Chains)
                    Volatile.Write(ref afterStorm, i - Chains + 1);

                Scribble(driver, queue.NextAvailable, random);
                switch (queue.TryTake(chain))
                {
                    case TakeResult.Taken:
                        taken++;
                        Check(chain);
                        queue.Give(chain.Head, (uint)chain.WritableBytes);
                        queue.ShouldNotify();
                        break;
                    case TakeResult.Broken:
                        broken++;
                        rules.Add(queue.BrokenRule);
                        // What a driver does to get on: it resets the device and begins with new rings. The flags must be 0 then: buffers may lie
                        // over them, and with other bits set there no chain would be good from here on.
                        Volatile.Write(ref driver.AvailableFlags, 0);
                        queue = new Virtqueue(_memory.Memory, driver.Layout, Features, (ushort)random.Next(65536), strict);
                        break;
                }
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            mutator.Join();
        }

        // The device saw good chains and every kind of bad one: the storm was no calm.
        Assert.InRange(taken, Fewest, int.MaxValue);
        Assert.InRange(broken, Fewest, int.MaxValue);
        RingRule[] expected =
        [
            RingRule.AvailableIndex, RingRule.Head, RingRule.Next, RingRule.ChainLength, RingRule.Order, RingRule.Memory,
            RingRule.IndirectInIndirect, RingRule.IndirectWithNext, RingRule.IndirectTable,
        ];
        Assert.Empty(expected.Except(rules));

        // How many of each there are among a million is up to the host's cores: a mutator that is much faster leaves few chains good.
        // So it goes on until there are enough, and from then on the two take turns.
        bool TooFew(int done) => done < MostChains && (taken < Fewest || broken < Fewest);
    }

    /// <summary>Every buffer is in a region, and bytes can be moved through all of them.</summary>
    private void Check(DescriptorChain chain)
    {
        long readable = 0;
        long writable = 0;
        for (int i = 0; i < chain.Segments.Length; i++)
        {
            IoVector segment = chain.Segments[i];
            if (!_memory.Contains(segment.Base, segment.Length) || segment.Length == 0)
                Assert.Fail($"buffer {i}, {segment.Length} bytes at 0x{segment.Base:x}, is outside");
            if (i < chain.ReadableCount)
                readable += (long)segment.Length;
            else
                writable += (long)segment.Length;
        }

        if (readable != chain.ReadableBytes || writable != chain.WritableBytes)
            Assert.Fail("the sums are wrong");

        // The last bytes of both parts, which is where a wrong bound shows.
        Span<byte> bytes = stackalloc byte[64];
        if (chain.Read(Math.Max(0, readable - 64), bytes) != Math.Min(64, readable) || chain.Write(Math.Max(0, writable - 64), bytes) != Math.Min(64, writable))
            Assert.Fail("bytes are missing");
    }

    /// <summary>Writes until it is told to stop; after the storm, when the driver has made some more chains.</summary>
    private static void Mutate(RingDriver driver, ref bool stop, ref int afterStorm)
    {
        var random = new Random(5);
        int turn = 0;
        Span<ulong> table = MemoryMarshal.Cast<VirtqDescriptor, ulong>(driver.Table);
        while (!Volatile.Read(ref stop))
        {
            int made = Volatile.Read(ref afterStorm);
            if (made > 0 && made < turn)
            {
                Thread.Yield();
                continue;
            }

            turn = made + ChainsPerTurn;
            for (int i = 0; i < 64; i++)
            {
                // Halves of good descriptors change places: what was checked is not what is there now.
                int one = random.Next(table.Length / 2) * 2 + (i & 1);
                int other = random.Next(table.Length / 2) * 2 + (i & 1);
                Volatile.Write(ref table[one], table[other]);
            }

            Volatile.Write(ref driver.AvailableEntries[random.Next(driver.Size)], (ushort)random.Next(driver.Size + 1));
            Thread.Yield();
        }
    }

    /// <summary>Writes a descriptor or two that may be good, and makes something available.</summary>
    private void Scribble(RingDriver driver, ushort next, Random random)
    {
        for (int i = 0; i < 4; i++)
            driver.Table[random.Next(driver.Size)] = Descriptor(driver, random);

        ulong place = FencedMemory.LowAddress + 0x1_0000 + (ulong)random.Next(16) * 0x1000;
        Span<byte> table = _memory.At(place, 8 * VirtqDescriptor.Bytes);
        if (random.Next(8) == 0)
        {
            foreach (ref VirtqDescriptor descriptor in MemoryMarshal.Cast<byte, VirtqDescriptor>(table))
                descriptor = Descriptor(driver, random);
        }

        driver.AvailableEntries[next & (driver.Size - 1)] = (ushort)random.Next(random.Next(50) == 0 ? 65536 : driver.Size);
        Volatile.Write(ref driver.AvailableIndex, (ushort)(next + (random.Next(50) == 0 ? random.Next(65536) : 1)));
    }

    private VirtqDescriptor Descriptor(RingDriver driver, Random random)
    {
        Buffer buffer = random.Next(12) switch
        {
            0 => new((ulong)random.NextInt64(long.MinValue, long.MaxValue), (uint)random.Next(), false),
            1 => new(ulong.MaxValue - (ulong)random.Next(100), (uint)random.Next(200), false),
            2 => new(FencedMemory.LowAddress + (ulong)_memory.RegionBytes - (ulong)random.Next(100), (uint)random.Next(100), false),
            // The rings themselves, for the device to destroy.
            3 => new(driver.TableAddress + (ulong)random.Next(2000), (uint)random.Next(100), false),
            _ => new((random.Next(2) == 0 ? FencedMemory.LowAddress : FencedMemory.HighAddress) + (ulong)random.Next(_memory.RegionBytes - 5000), (uint)random.Next(5000), false),
        };
        VirtqDescriptorFlags flags = random.Next(16) switch
        {
            0 => (VirtqDescriptorFlags)random.Next(65536),
            1 => VirtqDescriptorFlags.Indirect | (random.Next(16) == 0 ? VirtqDescriptorFlags.Next : 0),
            < 6 => VirtqDescriptorFlags.Next,
            < 8 => VirtqDescriptorFlags.Next | VirtqDescriptorFlags.Write,
            < 12 => VirtqDescriptorFlags.Write,
            _ => VirtqDescriptorFlags.None,
        };
        if (flags.HasFlag(VirtqDescriptorFlags.Indirect) && random.Next(4) != 0)
            buffer = new(FencedMemory.LowAddress + 0x1_0000 + (ulong)random.Next(16) * 0x1000, (uint)random.Next(1, 9) * VirtqDescriptor.Bytes, false);

        return new VirtqDescriptor { Address = buffer.Address, Length = buffer.Length, Flags = flags, Next = (ushort)random.Next(random.Next(40) == 0 ? 65536 : driver.Size) };
    }
}
