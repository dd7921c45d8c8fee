using AzaleaOS.Abi;
using AzaleaOS.Memory;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Memory;

public sealed class PageTablesTests
{
    private const ulong Large = 2UL << 20;
    private const ulong Huge = 1UL << 30;

    [Property(MaxTest = 60)]
    public void After_any_changes_every_page_is_what_a_dictionary_says((byte Operation, ushort Where, ushort Length, byte What)[] script, bool hasHugePages)
    {
        using var model = new PageTablesModel(hasHugePages);
        foreach ((byte operation, ushort where, ushort length, byte what) in script)
        {
            model.Step(operation, where, length, what);
        }

        model.Check();
        model.UnmapAll();
        model.Check();
        Assert.Equal(0UL, model.TableFrames);
    }

    [Fact]
    public void Pages_of_one_window_never_share_a_frame()
    {
        using var model = new PageTablesModel(hasHugePages: true);
        model.Step(0, where: 10, length: 0, what: 0);
        model.Step(0, where: 0, length: 0, what: 16);
        model.UnmapAll();
        Assert.Equal(0, model.Count);
    }

    [Theory]
    [InlineData(true, Huge)]
    [InlineData(false, Large)]
    public void The_largest_page_that_fits_is_chosen(bool hasHugePages, ulong expected)
    {
        using var model = new PageTablesModel(hasHugePages);
        ulong start = Huge - Large - 4096;
        Assert.Equal(PageError.None, model.Map(start, start + (4 * Huge), Huge + Large + 4096, PageAccess.Read));
        Assert.Equal(4096UL, SizeAt(model, start));
        Assert.Equal(Large, SizeAt(model, start + 4096));
        Assert.Equal(expected, SizeAt(model, Huge));
        Assert.Equal(expected, SizeAt(model, Huge + (600 * 4096)));
    }

    [Fact]
    public void A_huge_page_that_is_half_removed_keeps_its_other_half()
    {
        using var model = new PageTablesModel(hasHugePages: true);
        model.Map(Huge, 8 * Huge, Huge, PageAccess.Read | PageAccess.Write);
        Assert.Equal(1UL, model.TableFrames);
        model.Unmap(Huge + 4096, 4096);
        Assert.Equal(4096UL, SizeAt(model, Huge));
        Assert.False(model.Tables.TryQuery(new VirtualAddress(Huge + 4096), out _));
        Assert.Equal(Large, SizeAt(model, Huge + Large));
        model.Unmap(Huge, Huge);
        Assert.Equal(0UL, model.TableFrames);
    }

    [Fact]
    public void Pages_that_are_alike_again_become_one_large_page()
    {
        using var model = new PageTablesModel(hasHugePages: true);
        model.Map(Huge, 8 * Huge, 2 * Large, PageAccess.Read | PageAccess.Write);
        model.Protect(Huge + 4096, 4096, PageAccess.Read);
        Assert.Equal(3UL, model.TableFrames);
        Assert.Equal(4096UL, SizeAt(model, Huge));
        model.Protect(Huge, Large, PageAccess.Execute);
        Assert.Equal(Large, SizeAt(model, Huge));
        Assert.Equal(2UL, model.TableFrames);
    }

    [Fact]
    public unsafe void Pages_that_were_not_filled_yet_stay_out_of_reach_and_small_whatever_their_protection_becomes()
    {
        using var model = new PageTablesModel(hasHugePages: true);
        model.Map(Huge, 8 * Huge, 2 * Large, PageAccess.Read | PageAccess.Write);
        model.Protect(Huge + 4096, 4096, PageAccess.Read);
        ulong* entry = (ulong*)model.Tables.Find(Huge, out _);
        for (ulong i = 0; i < 512; i++)
            entry[i] = PageEntry.Unfilled | PageEntry.Page(PageAccess.None, PageCaching.WriteBack, 0) | ((8 * Huge) + (i * 4096));
        model.Protect(Huge, Large, PageAccess.Read | PageAccess.Write);
        for (ulong i = 0; i < 512; i++)
        {
            Assert.True(model.Tables.TryQuery(new VirtualAddress(Huge + (i * 4096)), out PageMapping page));
            Assert.Equal((4096UL, PageAccess.None, (8 * Huge) + (i * 4096)), (page.Size, page.Access, page.Physical.Value));
            Assert.True(PageEntry.IsUnfilled(entry[i]));
        }
    }

    [Theory]
    [InlineData(6)]
    [InlineData(7)]
    public void A_page_of_the_kernel_is_never_writable_and_executable_and_one_of_the_application_may_be(int protection)
    {
        var access = (PageAccess)protection;
        using var model = new PageTablesModel(hasHugePages: true);
        const ulong Kernel = MemoryMap.DirectMapBase;
        Assert.Equal(PageError.WriteAndExecute, model.Map(Kernel, 0x1000, 0x1000, access));
        Assert.Equal(0, model.Count);
        model.Map(Kernel, 0x1000, 0x1000, PageAccess.Read);
        Assert.Equal(PageError.WriteAndExecute, model.Protect(Kernel, 0x1000, access));
        Assert.Equal(PageError.None, model.Map(0x1000, 0x2000, 0x1000, access));
        Assert.Equal(PageError.None, model.Protect(0x1000, 0x1000, PageAccess.Read));
        Assert.Equal(PageError.None, model.Protect(0x1000, 0x1000, access));
    }

    [Theory]
    [InlineData(0UL, 0x1000UL, nameof(PageError.PageZero))]
    [InlineData(0UL, 0x2000UL, nameof(PageError.PageZero))]
    [InlineData(0x1000UL, 0UL, nameof(PageError.NotAligned))]
    [InlineData(0x1001UL, 0x1000UL, nameof(PageError.NotAligned))]
    [InlineData(0x1000UL, 0x800UL, nameof(PageError.NotAligned))]
    [InlineData(0x7fff_ffff_f000UL, 0x2000UL, nameof(PageError.BadRange))]
    [InlineData(0x8000_0000_0000UL, 0x1000UL, nameof(PageError.BadRange))]
    [InlineData(0x7fff_ffff_f000UL, 0xffff_8000_0000_2000UL, nameof(PageError.BadRange))]
    [InlineData(0xffff_ffff_ffff_f000UL, 0x2000UL, nameof(PageError.BadRange))]
    [InlineData(0xffff_ffff_ffff_f000UL, 0x1000UL, nameof(PageError.None))]
    [InlineData(0x7fff_ffff_f000UL, 0x1000UL, nameof(PageError.None))]
    public void Impossible_ranges_are_refused(ulong start, ulong length, string expected)
        => Assert.Equal(expected, PageTables.Check(new VirtualAddress(start), length).ToString());

    [Fact]
    public unsafe void A_page_beyond_the_physical_address_space_is_refused()
    {
        using var arena = new PhysicalArena(1UL << 30, 1UL << 20);
        var tables = new PageTables(new PhysicalAddress(arena.Start), arena.DirectMap, true);
        FrameStash stash = default;
        PageError error = tables.Map(new VirtualAddress(0x1000), new PhysicalAddress((1UL << 52) - 0x1000), 0x2000, PageAccess.Read, PageCaching.WriteBack, &stash, out ulong mapped);
        Assert.Equal((PageError.BadRange, 0UL), (error, mapped));
    }

    private static ulong SizeAt(PageTablesModel model, ulong address)
    {
        Assert.True(model.Tables.TryQuery(new VirtualAddress(address), out PageMapping mapping));
        return mapping.Size;
    }
}
