using AzaleaOS.Abi;
using AzaleaOS.Boot;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Boot;

public sealed class MemoryMapBuilderTests
{
    [Property(MaxTest = 500)]
    public void Every_frame_gets_the_strongest_claim_in_whatever_order_ranges_come((byte Start, byte Length, byte Kind, bool IsOdd)[] claims)
    {
        MemoryMapBuilder builder = default;
        var expected = new MemoryKind[600];
        var isRam = new bool[600];
        foreach ((byte start, byte length, byte number, bool isOdd) in claims.Take(MemoryRangeList.Capacity))
        {
            MemoryKind kind = (MemoryKind)(1 + (number % 8));
            int shift = isOdd ? 1 : 0;
            Assert.Equal(BootError.None, builder.Add(((ulong)start << 12) + (ulong)shift, (ulong)length << 12, kind));
            bool shrinks = isOdd && kind is MemoryKind.Usable;
            int first = start + (shrinks ? 1 : 0);
            int end = start + length + (isOdd && !shrinks && length > 0 ? 1 : 0);
            for (int frame = first; frame < end; frame++)
            {
                isRam[frame] |= kind is MemoryKind.Usable;
                expected[frame] = kind > expected[frame] ? kind : expected[frame];
            }
        }

        BootInfo info = default;
        BootError error = builder.Build(ref info);
        if (error is BootError.TooManyMemoryRanges)
        {
            return;
        }

        Assert.Equal(BootError.None, error);
        MemoryRange[] ranges = ((Span<MemoryRange>)info.Memory)[..info.MemoryCount].ToArray();
        for (int frame = 0; frame < expected.Length; frame++)
        {
            bool isOurs = expected[frame] is MemoryKind.Kernel or MemoryKind.Module or MemoryKind.BootData;
            MemoryKind kind = isOurs && !isRam[frame] ? MemoryKind.None : expected[frame];
            MemoryRange[] found = [.. ranges.Where(range => (ulong)frame << 12 >= range.Start.Value && (ulong)frame << 12 < range.End)];
            Assert.Equal(kind is MemoryKind.None ? 0 : 1, found.Length);
            Assert.All(found, range => Assert.Equal(kind, range.Kind));
        }

        for (int i = 1; i < ranges.Length; i++)
        {
            bool isMerged = ranges[i - 1].End != ranges[i].Start.Value || ranges[i - 1].Kind != ranges[i].Kind;
            Assert.True(isMerged && ranges[i - 1].End <= ranges[i].Start.Value);
        }
    }

    [Fact]
    public void A_range_up_to_the_end_of_the_address_space_is_cut_where_the_direct_map_ends()
    {
        MemoryMapBuilder builder = default;
        Assert.Equal(BootError.None, builder.Add(0xffff_ffff_ffff_f000, 0x1000, MemoryKind.Reserved));
        Assert.Equal(BootError.None, builder.Add(MemoryMap.DirectMapSize - 0x1000, 0x2000, MemoryKind.Usable));
        Assert.Equal(BootError.MemoryRangeWraps, builder.Add(0xffff_ffff_ffff_f000, 0x1001, MemoryKind.Reserved));
        BootInfo info = default;
        Assert.Equal(BootError.None, builder.Build(ref info));
        Assert.Equal(1, info.MemoryCount);
        Assert.Equal(MemoryMap.DirectMapSize, info.Memory[0].End);
    }
}
