using AzaleaOS.Abi;
using AzaleaOS.Abi.Linux;
using AzaleaOS.Memory;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Applications;

[Collection(nameof(ApplicationTests))]
public sealed unsafe class AddressSpaceTests : IDisposable
{
    private const MapFlags Anonymous = MapFlags.Private | MapFlags.Anonymous;
    private const Protection ReadWrite = Protection.Read | Protection.Write;
    private readonly HostApplication _host = new();

    private static AddressSpace* Space => HostApplication.Space;

    private static ulong First => HostApplication.Window + (32 * AddressSpace.PageSize);

    public void Dispose()
    {
        HostFile.Stop();
        _host.Dispose();
    }

    [Fact]
    public void Nothing_is_placed_right_below_the_first_thread_s_stack()
    {
        const ulong Page = AddressSpace.PageSize;
        ulong stack = HostApplication.Window + ((HostApplication.WindowPages - 4) * Page);
        Assert.Equal((long)stack, Space->Map(stack, 4 * Page, ReadWrite, Anonymous | MapFlags.FixedNoReplace, AreaFlags.Lazy, null, 0));
        Assert.Equal((long)(stack - Page), Space->Map(0, Page, ReadWrite, Anonymous));
        Assert.Equal((long)stack, Space->Map(stack, 4 * Page, ReadWrite, Anonymous | MapFlags.Fixed, AreaFlags.Lazy | AreaFlags.Stack, null, 0));
        Assert.Equal(0, Space->Unmap(stack - Page, Page));

        // The window is smaller than the gap.
        Assert.Equal(-Errno.ENOMEM, Space->Map(0, Page, ReadWrite, Anonymous));
    }

    [Fact]
    public void A_private_page_that_was_only_read_shows_what_is_written_to_the_file()
    {
        HostFile.Start();
        new AddressSpaceModel(First).Run([(135, 0, 1, 210), (215, 0, 0, 31), (3, 65, 0, 0)]);
    }

    [Property(MaxTest = 300)]
    public void Whatever_is_mapped_unmapped_and_protected_every_page_is_what_a_plain_array_says((byte Operation, byte Page, byte Count, byte Protection)[] script)
    {
        Space->Unmap(First, 200 * AddressSpace.PageSize);
        HostFile.Start();
        new AddressSpaceModel(First).Run(script);
    }

    [Property(MaxTest = 100)]
    public void Running_out_of_frames_is_an_error_and_leaves_a_sound_address_space((byte Operation, byte Page, byte Count, byte Protection)[] script, byte frames)
    {
        Space->Unmap(First, 200 * AddressSpace.PageSize);
        HostFile.Start();
        HostApplication.FramesLeft = frames;
        new AddressSpaceModel(First) { MayFail = true }.Run(script);
        HostApplication.FramesLeft = int.MaxValue;
    }

    [Fact]
    public void New_memory_goes_to_the_highest_gap_that_is_large_enough()
    {
        ulong top = HostApplication.Window + (HostApplication.WindowPages * AddressSpace.PageSize);
        ulong one = (ulong)Space->Map(0, 4096, ReadWrite, Anonymous);
        ulong two = (ulong)Space->Map(0, 8192, ReadWrite, Anonymous);
        Assert.Equal(top - 4096, one);
        Assert.Equal(top - 12288, two);
        Space->Unmap(one, 4096);
        Assert.Equal(two - 8192, (ulong)Space->Map(0, 8192, Protection.Read, Anonymous));
        Assert.Equal(one, (ulong)Space->Map(0, 100, Protection.Read, Anonymous));
    }

    [Fact]
    public void Neighbours_that_are_alike_become_one_area()
    {
        int before = Space->AreaCount;
        for (ulong i = 0; i < 10; i++)
            Space->Map(First + (((i * 7) % 10) * 4096), 4096, ReadWrite, Anonymous | MapFlags.Fixed);
        Assert.Equal(before + 1, Space->AreaCount);
        Space->Protect(First + 4096, 4096, Protection.Read);
        Assert.Equal(before + 3, Space->AreaCount);
        Space->Protect(First + 4096, 4096, ReadWrite);
        Assert.Equal(before + 1, Space->AreaCount);
    }

    [Fact]
    public void A_reservation_without_access_takes_no_frames()
    {
        int before = HostApplication.Frames;
        ulong at = (ulong)Space->Map(0, 100 * 4096, Protection.None, Anonymous | MapFlags.NoReserve);
        Assert.Equal(before, HostApplication.Frames);
        Assert.Equal(0, Space->Protect(at + 4096, 4096, ReadWrite));
        Assert.Equal(before, HostApplication.Frames);
        Assert.Equal(FaultOutcome.Served, Space->ServeFault(at + 4096 + 17, Protection.Write));
        Assert.Equal(before + 1, HostApplication.Frames);
        Assert.Equal(FaultOutcome.NotAllowed, Space->ServeFault(at, Protection.Read));
    }

    [Fact]
    public void A_reservation_that_cannot_be_opened_stays_closed_and_takes_no_frames()
    {
        int before = HostApplication.Frames;
        ulong at = (ulong)Space->Map(0, 100 * 4096, Protection.None, Anonymous);
        HostPages.FramesLeft = 50;
        Assert.Equal(-Errno.ENOMEM, Space->Protect(at, 100 * 4096, ReadWrite));
        Assert.Equal(before, HostApplication.Frames);
        Assert.Equal(FaultOutcome.NotAllowed, Space->ServeFault(at, Protection.Read));
        Assert.Equal(0, Space->Protect(at, 40 * 4096, ReadWrite));
        Assert.Equal(before + 40, HostApplication.Frames);
    }

    [Fact]
    public void Contents_survive_the_loss_of_all_access()
    {
        ulong at = (ulong)Space->Map(0, 4096, ReadWrite, Anonymous);
        *(int*)at = 42;
        Assert.Equal(0, Space->Protect(at, 4096, Protection.None));
        Assert.False(Space->Allows(at, 4, Protection.Read));
        Assert.Equal(0, Space->Protect(at, 4096, Protection.Read));
        Assert.Equal(42, *(int*)at);
    }

    [Fact]
    public void Discarded_pages_are_zeros_again()
    {
        ulong at = (ulong)Space->Map(0, 8192, ReadWrite, Anonymous);
        *(int*)at = 42;
        *(int*)(at + 4096) = 43;
        Assert.Equal(0, Space->Advise(at, 4096, Advice.DontNeed));
        Assert.False(HostApplication.HasFrame(at));
        Assert.Equal(FaultOutcome.Served, Space->ServeFault(at, Protection.Read));
        Assert.Equal(0, *(int*)at);
        Assert.Equal(43, *(int*)(at + 4096));
    }

    [Fact]
    public void Page_zero_and_the_kernels_half_are_never_mapped()
    {
        HostApplication.FramesLeft = int.MaxValue;
        Assert.Equal(-Errno.EPERM, Space->Map(0, 4096, ReadWrite, Anonymous | MapFlags.Fixed));
        Assert.Equal(-Errno.ENOMEM, Space->Map(0xffff_8000_0000_0000, 4096, ReadWrite, Anonymous | MapFlags.Fixed));
        Assert.Equal(-Errno.ENOMEM, Space->Map(AddressSpace.Highest, 4096, ReadWrite, Anonymous | MapFlags.Fixed));
        Assert.Equal(-Errno.ENOMEM, Space->Map(0, ulong.MaxValue, ReadWrite, Anonymous));
        Assert.Equal(-Errno.ENOMEM, Space->Map(0, 1UL << 60, ReadWrite, Anonymous));
        Assert.Equal(-Errno.EINVAL, Space->Map(0, 0, ReadWrite, Anonymous));
        Assert.Equal(-Errno.EINVAL, Space->Unmap(0xffff_ffff_ffff_f000, 4096));
        Assert.Equal(-Errno.EINVAL, Space->Unmap(First + 1, 4096));
    }

    [Fact]
    public void A_mapping_that_must_not_replace_anything_does_not()
    {
        Space->Map(First, 4096, ReadWrite, Anonymous | MapFlags.Fixed);
        *(int*)First = 7;
        Assert.Equal(-Errno.EEXIST, Space->Map(First - 4096, 8192, ReadWrite, Anonymous | MapFlags.FixedNoReplace));
        Assert.Equal(7, *(int*)First);
        Assert.Equal((long)First, Space->Map(First, 4096, ReadWrite, Anonymous | MapFlags.Fixed));
        Assert.Equal(0, *(int*)First);
    }

    [Fact]
    public void The_heap_grows_and_shrinks_and_stays_away_from_what_is_above()
    {
        Space->SetBreakStart(First);
        Assert.Equal((long)First, Space->SetBreak(0));
        Assert.Equal((long)First + 5000, Space->SetBreak(First + 5000));
        *(byte*)(First + 4999) = 1;
        Space->Map(First + (4 * 4096), 4096, ReadWrite, Anonymous | MapFlags.Fixed);
        Assert.Equal((long)First + 5000, Space->SetBreak(First + (4 * 4096)));
        Assert.Equal((long)First + (3 * 4096), Space->SetBreak(First + (3 * 4096)));
        Assert.Equal((long)First, Space->SetBreak(First));
        Assert.Equal((long)First + 5000, Space->SetBreak(First + 5000));
        Assert.Equal(0, *(byte*)(First + 4999));
        Assert.Equal((long)First + 5000, Space->SetBreak(First - 1));
    }

    [Fact]
    public void Without_memory_for_the_areas_themselves_nothing_changes()
    {
        ulong at = (ulong)Space->Map(First, 512 * 1024, ReadWrite, Anonymous | MapFlags.Fixed);
        HostApplication.KernelPagesLeft = 0;
        long result = 0;
        ulong page = at;
        int areas = 0;
        while (result == 0)
        {
            areas = Space->AreaCount;
            page += 8192;
            result = page + 4096 > at + (512 * 1024) ? -1 : Space->Protect(page, 4096, Protection.Read);
        }

        Assert.Equal(-Errno.ENOMEM, result);
        Assert.Equal(areas, Space->AreaCount);
    }
}
