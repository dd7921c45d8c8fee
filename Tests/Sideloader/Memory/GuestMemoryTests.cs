using AzaleaOS.Abi;
using AzaleaOS.Sideloader.Memory;
using AzaleaOS.Sideloader.Native;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Sideloader.Memory;

public sealed unsafe class GuestMemoryTests
{
    [Fact]
    public void A_range_is_translated_only_if_one_region_holds_all_of_it()
    {
        var memory = new GuestMemory([new GuestRegion(0x1000, 0x2000, 0x9000, 0x5000_0000), new GuestRegion(0x3000, 0x1000, 0x2_0000, 0x6000_0000)], []);

        Assert.Equal(0x5000_0000, (nint)memory.Translate(0x1000, 0x2000));
        Assert.Equal(0x5000_1FFF, (nint)memory.Translate(0x2FFF, 1));
        Assert.Equal(0x6000_0000, (nint)memory.Translate(0x3000, 1));
        Assert.True(memory.Translate(0x2FFF, 2) == null);
        Assert.True(memory.Translate(0xFFF, 1) == null);
        Assert.True(memory.Translate(0x4000, 1) == null);
        Assert.True(memory.Translate(0x1000, ulong.MaxValue) == null);
        Assert.True(memory.Translate(ulong.MaxValue, 2) == null);
        Assert.Equal(0x5000_0010, (nint)memory.TranslateFrontEnd(0x9010, 0x1FF0));
        Assert.True(memory.TranslateFrontEnd(0x9010, 0x1FF1) == null);
        Assert.True(memory.TranslateFrontEnd(0x1000, 1) == null);
    }

    [Fact]
    public void A_piece_ends_where_its_region_does()
    {
        var memory = new GuestMemory([new GuestRegion(0x1000, 0x2000, 0, 0x5000_0000), new GuestRegion(0x3000, 0x1000, 0x2_0000, 0x6000_0000)], []);

        Assert.Equal(0x5000_1000, (nint)memory.TranslatePiece(0x2000, 0x5000, out ulong piece));
        Assert.Equal(0x1000UL, piece);
        Assert.Equal(0x6000_0000, (nint)memory.TranslatePiece(0x3000, 0x10, out piece));
        Assert.Equal(0x10UL, piece);
    }

    [Fact]
    public void The_last_byte_of_the_address_space_can_be_memory()
    {
        var memory = new GuestMemory([new GuestRegion(ulong.MaxValue - 0xFFF, 0x1000, 0, 0x5000_0000)], []);

        Assert.Equal(0x5000_0FFF, (nint)memory.Translate(ulong.MaxValue, 1));
        Assert.True(memory.Translate(ulong.MaxValue, 2) == null);
    }

    [Theory]
    [InlineData(0x1000, 0x1000, 0x1800, 0x1000)]
    [InlineData(0x1000, 0x1000, 0x1000, 0x1000)]
    [InlineData(0x1000, 0x1000, 0x4000, 0)]
    [InlineData(0x1000, 0x1000, 0xFFFF_FFFF_FFFF_F000, 0x1001)]
    public void Regions_that_cannot_be_are_refused(ulong address, ulong length, ulong otherAddress, ulong otherLength) =>
        Assert.Throws<ArgumentException>(() => new GuestMemory([new GuestRegion(otherAddress, otherLength, 0, 0), new GuestRegion(address, length, 0, 0)], []));

    [Property(MaxTest = 500)]
    public Property Translation_agrees_with_a_search_byte_by_byte()
    {
        Gen<GuestRegion[]> regions = Gen.ArrayOf(Gen.Choose(1, 8)).Select(lengths =>
        {
            var made = new List<GuestRegion>();
            ulong address = 0;
            foreach (int length in lengths)
            {
                // Every third one touches the one before it.
                address += (ulong)(made.Count % 3 == 0 ? 3 : 0);
                made.Add(new GuestRegion(address, (ulong)length, address + 1000, (nint)(0x10_0000 * (made.Count + 1))));
                address += (ulong)length;
            }

            return made.ToArray();
        });

        return Prop.ForAll(regions.ToArbitrary(), Gen.Choose(0, 60).Two().ToArbitrary(), (all, range) =>
        {
            var memory = new GuestMemory(all, []);
            var (address, length) = ((ulong)range.Item1, (ulong)range.Item2 + 1);
            byte* host = memory.Translate(address, length);
            bool inside = all.Any(region => Enumerable.Range(0, (int)length).All(i => address + (ulong)i >= region.Address && address + (ulong)i - region.Address < region.Length));
            GuestRegion[] holder = [.. all.Where(region => address >= region.Address && address - region.Address < region.Length)];
            return inside == (host != null) && (host == null || (nint)host == holder[0].Host + (nint)(address - holder[0].Address));
        });
    }

    [Fact]
    public void A_mapping_lives_as_long_as_somebody_holds_it()
    {
        int file = CreateFile(8192);
        MappedFile mapping = MappedFile.Map(file, 4096, 4096);
        string inode = File.ReadLines($"/proc/self/fdinfo/{file}").Single(line => line.StartsWith("ino:", StringComparison.Ordinal))[4..].Trim();
        Assert.Equal(0, Libc.Close(file));
        var memory = new GuestMemory([new GuestRegion(0, 4096, 0, (nint)mapping.Start)], [mapping]);
        mapping.Release();
        memory.Hold();
        memory.Release();
        *memory.Translate(5, 1) = 42;
        Assert.True(IsMapped(inode));

        memory.Release();

        Assert.False(IsMapped(inode));
    }

    [Theory]
    [InlineData(0, 8193)]
    [InlineData(8192, 1)]
    [InlineData(4096, 0)]
    [InlineData(0x4000_0000_0000_0000, 4096)]
    [InlineData(4096, 0xFFFF_FFFF_FFFF_F000)]
    public void A_range_that_the_file_does_not_have_is_not_mapped(ulong offset, ulong length)
    {
        int file = CreateFile(8192);

        Assert.Equal(Errno.EINVAL, Assert.Throws<LinuxException>(() => MappedFile.Map(file, offset, length)).Error);
        Assert.Equal(0, Libc.Close(file));
    }

    private static int CreateFile(long length)
    {
        fixed (byte* name = "guest\0"u8)
        {
            int file = Libc.CreateMemoryFile(name, 0);
            Assert.True(file >= 0);
            Assert.Equal(0, Libc.Truncate(file, length));
            return file;
        }
    }

    private static bool IsMapped(string inode) => File.ReadLines("/proc/self/maps").Any(line => line.Contains("memfd:guest", StringComparison.Ordinal) && line.Contains($" {inode} ", StringComparison.Ordinal));
}
