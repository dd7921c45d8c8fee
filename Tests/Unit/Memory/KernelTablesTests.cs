using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Tests.Unit.Memory;

public sealed unsafe class KernelTablesTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sections_have_their_own_rights_and_nothing_is_writable_and_executable(bool hasHugePages)
    {
        using var machine = new SmallMachine(hasHugePages);
        for (ulong offset = 0; offset < 0x8_0000; offset += 4096)
        {
            Assert.True(SmallMachine.Tables.TryQuery(new VirtualAddress(SmallMachine.Kernel + offset), out PageMapping page));
            PageAccess expected = offset < 0x2_0000 ? PageAccess.Read | PageAccess.Execute : offset < 0x7_0000 ? PageAccess.Read | PageAccess.Write : PageAccess.Read;
            Assert.Equal((expected, 0x10_0000 + offset), (page.Access, page.Physical.Value));
        }

        Assert.False(IsMapped(SmallMachine.Kernel - 4096));
        Assert.False(IsMapped(SmallMachine.Kernel + 0x8_0000));
    }

    [Fact]
    public void The_applications_half_is_empty()
    {
        using var machine = new SmallMachine(hasHugePages: true);
        for (ulong address = 0; address < MemoryMap.ApplicationEnd; address += 1UL << 39)
        {
            Assert.False(SmallMachine.Tables.TryQuery(new VirtualAddress(address), out PageMapping empty));
            Assert.Equal(1UL << 39, empty.Size);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_direct_map_shows_RAM_when_it_is_used_and_never_anything_else(bool hasHugePages)
    {
        using var machine = new SmallMachine(hasHugePages);

        // Used at boot: what the loader left, and the first gigabyte of the node that was taken from.
        Assert.True(IsShown(0x9_e000) && IsShown(0x9_d000) && IsShown(0x118_0000) && IsShown(0x4200_0000));
        Assert.True(IsShown(0x18_0000) && IsShown(0x117_f000));
        Assert.False(IsShown(0x3fff_0000));
        CheckNothingElseIsShown();

        HashSet<ulong> taken = [];
        while (machine.Cache->TryTake(out FrameNumber frame))
        {
            Assert.True(taken.Add(frame.Value));
            Assert.True(IsShown(frame.Address.Value));
        }

        Assert.Equal(0UL, machine.Nodes->Statistics.Free);
        Assert.Equal(0UL, machine.Nodes->Statistics.Untouched);
        Assert.True(IsShown(0x3fff_0000) && IsShown(0x41fe_f000));
        Assert.Contains(0x3fff_8000UL >> 12, taken);
        Assert.Contains(0x4010_0000UL >> 12, taken);
        Assert.All(taken, frame => Assert.Contains(SmallMachine.Ranges, range
            => range.Kind is MemoryKind.Usable && frame << 12 >= Math.Max(range.Start, 0x10_0000) && frame << 12 < range.Start + range.Length));
        CheckNothingElseIsShown();
    }

    [Fact]
    public void A_core_gets_memory_of_its_own_node_until_that_is_exhausted()
    {
        using var machine = new SmallMachine(hasHugePages: true);
        FrameCache cache = default;
        cache.Initialise(machine.Nodes, 1, 2);
        FrameStatistics own = (*machine.Nodes)[1]->Statistics;
        for (ulong i = 0; i < own.Free; i++)
        {
            Assert.True(cache.TryTake(out FrameNumber frame));

            // Some frames may go into page tables instead.
            if (frame.Address.Value < 0x3fff_0000)
            {
                Assert.True((*machine.Nodes)[1]->Statistics.Free < 64);
                return;
            }
        }

        Assert.True(cache.TryTake(out FrameNumber foreign));
        Assert.True(foreign.Address.Value < 0x3fff_0000);
    }

    [Fact]
    public void Memory_of_another_node_goes_home_when_it_is_returned()
    {
        using var machine = new SmallMachine(hasHugePages: true);
        Assert.True(machine.Nodes->TryTake(1, 0, out FrameNumber frame));
        Assert.True(frame.Address.Value >= 0x3fff_0000);
        ulong free = (*machine.Nodes)[1]->Statistics.Free;
        int kept = machine.Cache->Frames.Count;
        machine.Cache->Return(frame);
        Assert.Equal((free + 1, kept), ((*machine.Nodes)[1]->Statistics.Free, machine.Cache->Frames.Count));
    }

    [Fact]
    public void Blocks_come_from_the_nearest_node_that_has_them()
    {
        using var machine = new SmallMachine(hasHugePages: true);
        Assert.Equal((0, 1), (machine.Nodes->Nearest(0, 0), machine.Nodes->Nearest(0, 1)));
        Assert.Equal((1, 0), (machine.Nodes->Nearest(1, 0), machine.Nodes->Nearest(1, 1)));

        // Only node 1 has 16 MiB aligned to 16 MiB.
        Assert.True(machine.Nodes->TryTake(0, 12, out FrameNumber block));
        Assert.Equal(0x4000_0000UL, block.Address.Value);
        Assert.True(machine.Nodes->TryReturnRun(block, 4096));
        Assert.False(machine.Nodes->TryReturnRun(block, 4096));
    }

    private static bool IsMapped(ulong address) => SmallMachine.Tables.TryQuery(new VirtualAddress(address), out _);

    private static bool IsShown(ulong physical)
    {
        bool isShown = SmallMachine.Tables.TryQuery(new PhysicalAddress(physical).Mapped, out PageMapping page);
        Assert.True(!isShown || (page.Physical.Value == physical && page.Access == (PageAccess.Read | PageAccess.Write)));
        return isShown;
    }

    private static void CheckNothingElseIsShown()
    {
        for (ulong frame = 0; frame < 0x4300_0000; frame += 4096)
        {
            if (IsShown(frame))
            {
                Assert.Contains(SmallMachine.Ranges, range => frame >= range.Start && frame < range.Start + range.Length
                    && range.Kind is not (MemoryKind.Reserved or MemoryKind.Kernel));
            }
        }
    }
}
