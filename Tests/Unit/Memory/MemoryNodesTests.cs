using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Tests.Unit.Memory;

public sealed class MemoryNodesTests
{
    private const ulong M = 1 << 20;

    [Fact]
    public void Ranges_are_cut_where_nodes_begin_and_end()
    {
        Assert.Equal(
            [(1, 4, 0u, MemoryKind.Usable), (4, 8, 2u, MemoryKind.Usable), (8, 10, 0u, MemoryKind.Usable), (10, 12, 0u, MemoryKind.Reserved), (12, 16, 1u, MemoryKind.Usable)],
            Assign([(1, 9, MemoryKind.Usable), (10, 2, MemoryKind.Reserved), (12, 4, MemoryKind.Usable)], [(4, 4, 2), (11, 100, 1)]));
    }

    [Fact]
    public void Without_the_firmwares_word_all_memory_is_on_one_node()
        => Assert.Equal([(1, 10, 0u, MemoryKind.Usable)], Assign([(1, 9, MemoryKind.Usable)], []));

    [Fact]
    public void Overlapping_nodes_do_not_make_memory_vanish()
    {
        (int Start, int End, uint Node, MemoryKind Kind)[] ranges = Assign([(0, 100, MemoryKind.Usable)], [(10, 50, 1), (20, 70, 2), (5, 1, 3), (0, 3, 4)]);
        Assert.Equal(100, ranges.Sum(range => range.End - range.Start));
        Assert.Equal(0, ranges[0].Start);
    }

    [Fact]
    public void A_full_list_is_not_overrun()
    {
        BootInfo info = default;
        for (int i = 0; i < MemoryRangeList.Capacity; i++)
        {
            info.Memory[i] = new MemoryRange { Start = new PhysicalAddress((ulong)i * 2 * M), Length = M, Kind = MemoryKind.Usable };
        }

        info.MemoryCount = MemoryRangeList.Capacity;
        AcpiInfo acpi = default;
        acpi.Memory[acpi.MemoryCount++] = new AcpiMemory { Start = new PhysicalAddress(M / 2), Length = M };
        MemoryNodes.Assign(ref info, in acpi);
        Assert.Equal(MemoryRangeList.Capacity, info.MemoryCount);
        Assert.Equal(M, info.Memory[0].Length);
    }

    private static (int Start, int End, uint Node, MemoryKind Kind)[] Assign((int Start, int Length, MemoryKind Kind)[] ranges, (int Start, int Length, uint Node)[] nodes)
    {
        BootInfo info = default;
        foreach ((int start, int length, MemoryKind kind) in ranges)
        {
            info.Memory[info.MemoryCount++] = new MemoryRange { Start = new PhysicalAddress((ulong)start * M), Length = (ulong)length * M, Kind = kind };
        }

        AcpiInfo acpi = default;
        foreach ((int start, int length, uint node) in nodes)
        {
            acpi.Memory[acpi.MemoryCount++] = new AcpiMemory { Start = new PhysicalAddress((ulong)start * M), Length = (ulong)length * M, Node = node };
        }

        MemoryNodes.Assign(ref info, in acpi);
        return [.. ((Span<MemoryRange>)info.Memory)[..info.MemoryCount].ToArray().Select(range => ((int)(range.Start.Value / M), (int)(range.End / M), range.Node, range.Kind))];
    }
}
