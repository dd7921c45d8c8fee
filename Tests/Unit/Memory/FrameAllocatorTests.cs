using AzaleaOS.Abi;
using AzaleaOS.Memory;
using FsCheck.Xunit;

namespace AzaleaOS.Tests.Unit.Memory;

public sealed unsafe class FrameAllocatorTests
{
    private const ulong Gigabyte = 1UL << 30;
    private const ulong FramesPerGigabyte = 1UL << FrameAllocator.MaxOrder;

    [Property(MaxTest = 300)]
    public void Whatever_is_taken_and_returned_no_frame_is_ever_in_two_hands((byte Operation, ushort Choice)[] script)
    {
        // Odd borders, a hole, and a border of a metadata group inside.
        using var arena = new PhysicalArena(Gigabyte - (5000UL << 12), 64UL << 20);
        (ulong, ulong)[] ranges = [(3, 5500), (6001, 2047), (8300, 17)];
        var model = new FrameAllocatorModel(arena, arena.NewAllocator(ranges));
        foreach ((byte operation, ushort choice) in script)
        {
            model.Step(operation, choice);
        }

        model.ReturnAll();
        List<(int Order, ulong Frame)> blocks = BlocksOf(model.Allocator);

        // A new allocator over the same memory: the old one is finished with it.
        Assert.Equal(BlocksOf(arena.NewAllocator(ranges)), blocks);
    }

    [Fact]
    public void A_range_that_was_returned_in_pieces_can_be_taken_whole()
    {
        using var arena = new PhysicalArena(Gigabyte - (1UL << 20), Gigabyte + (2UL << 20));
        FrameAllocator* allocator = arena.NewAllocator((0, arena.Length >> 12));
        Assert.True(allocator->TryTake(FrameAllocator.MaxOrder, out FrameNumber block));
        Assert.Equal(Gigabyte, block.Address.Value);
        for (ulong i = 0; i < FramesPerGigabyte; i++)
        {
            Assert.True(allocator->TryReturn(new FrameNumber(block.Value + (i * 257 % FramesPerGigabyte)), 0));
        }

        Assert.True(allocator->TryTake(FrameAllocator.MaxOrder, out FrameNumber again));
        Assert.Equal(block.Value, again.Value);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(256)]
    public void However_much_memory_there_is_only_a_few_pages_are_touched_at_boot(int mebibytes)
    {
        const byte Untouched = 0xcc;
        using var arena = new PhysicalArena(Gigabyte + (0x17bUL << 12), (ulong)mebibytes << 20);
        new Span<byte>(arena.At(arena.Start), (int)arena.Length).Fill(Untouched);
        FrameAllocator* allocator = arena.NewAllocator((0, arena.Length >> 12));
        for (int i = 0; i < 40; i++)
        {
            Assert.True(allocator->TryTake(0, out _));
        }

        int touched = 0;
        for (ulong page = 0; page < arena.Length; page += 4096)
        {
            touched += new Span<byte>(arena.At(arena.Start + page), 4096).ContainsAnyExcept(Untouched) ? 1 : 0;
        }

        Assert.InRange(touched, 1, 64);
    }

    [Fact]
    public void Exhaustion_is_an_answer_and_ends_with_the_first_return()
    {
        using var arena = new PhysicalArena(Gigabyte, 1UL << 20);
        FrameAllocator* allocator = arena.NewAllocator((0, 256));
        ulong total = allocator->Statistics.Total;
        Assert.Equal(255UL, total);
        for (ulong i = 0; i < total; i++)
        {
            Assert.True(allocator->TryTake(0, out _));
        }

        Assert.False(allocator->TryTake(0, out FrameNumber none));
        Assert.Equal(0UL, none.Value);
        Assert.Equal(0UL, allocator->Statistics.Free);
        Assert.True(allocator->TryReturn(new FrameNumber((Gigabyte >> 12) + 77), 0));
        Assert.True(allocator->TryTake(0, out FrameNumber last));
        Assert.Equal((Gigabyte >> 12) + 77, last.Value);
    }

    [Fact]
    public void A_frame_that_is_not_taken_cannot_be_returned()
    {
        using var arena = new PhysicalArena(Gigabyte, 4UL << 20);
        FrameAllocator* allocator = arena.NewAllocator((0, 1024));
        Assert.True(allocator->TryTake(3, out FrameNumber block));
        Assert.False(allocator->TryReturn(block, 4));
        Assert.False(allocator->TryReturn(new FrameNumber(block.Value + 1), 1));
        Assert.False(allocator->TryReturn(new FrameNumber(block.Value + 8), 0));
        Assert.False(allocator->TryReturn(new FrameNumber(Gigabyte >> 12), 0));
        Assert.False(allocator->TryReturn(new FrameNumber(0), 0));
        Assert.False(allocator->TryReturn(new FrameNumber(ulong.MaxValue), 0));
        Assert.False(allocator->TryReturn(block, 64));
        Assert.False(allocator->TryReturn(block, -1));
        Assert.True(allocator->TryReturn(block, 3));
        Assert.False(allocator->TryReturn(block, 3));
        Assert.Equal(allocator->Statistics.Total, allocator->Statistics.Free);
    }

    [Fact]
    public void Blocks_of_impossible_orders_are_not_given()
    {
        using var arena = new PhysicalArena(Gigabyte, 4UL << 20);
        FrameAllocator* allocator = arena.NewAllocator((0, 1024));
        Assert.False(allocator->TryTake(-1, out _));
        Assert.False(allocator->TryTake(FrameAllocator.MaxOrder + 1, out _));
        Assert.False(allocator->TryTakeRun(0, 0, out _));
        Assert.False(allocator->TryTakeRun(ulong.MaxValue, 0, out _));
        Assert.False(allocator->TryTakeRun(1, FrameAllocator.MaxOrder + 1, out _));
        Assert.Equal(allocator->Statistics.Total, allocator->Statistics.Free);
    }

    [Fact]
    public void A_part_of_a_block_can_be_returned_and_the_rest_stays_taken()
    {
        using var arena = new PhysicalArena(Gigabyte, 16UL << 20);
        FrameAllocator* allocator = arena.NewAllocator((0, 4096));
        Assert.True(allocator->TryTake(9, out FrameNumber block));
        Assert.True(allocator->TryReturn(new FrameNumber(block.Value + 100), 2));
        Assert.False(allocator->TryReturn(new FrameNumber(block.Value + 101), 0));
        Assert.True(allocator->TryReturnRun(block, 100));
        Assert.True(allocator->TryReturnRun(new FrameNumber(block.Value + 104), 512 - 104));
        Assert.Equal(allocator->Statistics.Total, allocator->Statistics.Free);
    }

    [Fact]
    public void Cores_that_take_and_return_at_once_never_share_a_frame()
    {
        using var arena = new PhysicalArena(Gigabyte, 8UL << 20);
        FrameAllocator* allocator = arena.NewAllocator((0, 2048));
        int* owners = arena.New<int>(2048);
        bool isShared = false;
        Parallel.For(1, 5, new ParallelOptions { MaxDegreeOfParallelism = 4 }, core =>
        {
            Span<ulong> frames = stackalloc ulong[32];
            for (int round = 0; round < 2000; round++)
            {
                int count = allocator->TakeSingles(frames);
                foreach (ulong frame in frames[..count])
                {
                    isShared |= Interlocked.CompareExchange(ref owners[frame - (Gigabyte >> 12)], core, 0) != 0;
                }

                foreach (ulong frame in frames[..count])
                {
                    isShared |= Interlocked.CompareExchange(ref owners[frame - (Gigabyte >> 12)], 0, core) != core;
                }

                allocator->ReturnSingles(frames[..count]);
            }
        });

        Assert.False(isShared);
        Assert.Equal(allocator->Statistics.Total, allocator->Statistics.Free);
    }

    /// <summary>All blocks that can be taken, largest first.</summary>
    private static List<(int Order, ulong Frame)> BlocksOf(FrameAllocator* allocator)
    {
        List<(int, ulong)> blocks = [];
        for (int order = FrameAllocator.MaxOrder; order >= 0; order--)
        {
            while (allocator->TryTake(order, out FrameNumber frame))
            {
                blocks.Add((order, frame.Value));
            }
        }

        blocks.Sort();
        Assert.Equal(0UL, allocator->Statistics.Free);
        return blocks;
    }
}
