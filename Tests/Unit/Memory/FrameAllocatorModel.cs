using AzaleaOS.Abi;
using AzaleaOS.Memory;

namespace AzaleaOS.Tests.Unit.Memory;

/// <summary>Who has which frame, written into the frames themselves and kept on the side.</summary>
internal sealed unsafe class FrameAllocatorModel(PhysicalArena arena, FrameAllocator* allocator)
{
    private readonly Dictionary<ulong, int> _owners = [];
    private readonly List<(ulong First, ulong Count, int Owner)> _taken = [];
    private int _nextOwner = 1;

    internal FrameAllocator* Allocator => allocator;

    internal void Step(byte operation, ushort choice)
    {
        FrameNumber frame;
        switch (operation % 6)
        {
            case 0 or 1:
                int order = choice % 13;
                Note(allocator->TryTake(order, out frame), frame, 1UL << order, 1UL << order);
                break;
            case 2:
                ulong count = (ulong)(choice >> 3) + 1;
                int alignment = choice & 7;
                Note(allocator->TryTakeRun(count, alignment, out frame), frame, count, 1UL << alignment);
                break;
            case 3:
                Span<ulong> singles = stackalloc ulong[choice % 64];
                int got = allocator->TakeSingles(singles);
                foreach (ulong single in singles[..got])
                {
                    Note(true, new FrameNumber(single), 1, 1);
                }

                break;
            default:
                if (_taken.Count > 0)
                {
                    Return(choice % _taken.Count, choice);
                }

                break;
        }

        Assert.Equal(allocator->Statistics.Total - (ulong)_owners.Count, allocator->Statistics.Free);
    }

    internal void ReturnAll()
    {
        while (_taken.Count > 0)
        {
            Return(_taken.Count - 1, 0);
        }

        Assert.Equal(allocator->Statistics.Total, allocator->Statistics.Free);
    }

    private void Note(bool taken, FrameNumber frame, ulong count, ulong alignment)
    {
        if (!taken)
        {
            return;
        }

        Assert.Equal(0UL, frame.Value % alignment);
        int owner = _nextOwner++;
        for (ulong i = 0; i < count; i++)
        {
            Assert.True(_owners.TryAdd(frame.Value + i, owner), "two hands on one frame");
            Stamp(frame.Value + i, (ulong)owner);
        }

        _taken.Add((frame.Value, count, owner));
    }

    private void Return(int index, ushort choice)
    {
        (ulong first, ulong count, int owner) = _taken[index];
        _taken.RemoveAt(index);

        // Sometimes only a part, so that blocks are cut.
        ulong part = (choice & 0x8000) != 0 ? (count / 2) + 1 : count;
        for (ulong i = 0; i < part; i++)
        {
            Assert.True(_owners.Remove(first + i));
            CheckStamp(first + i, (ulong)owner);
        }

        Assert.True(allocator->TryReturnRun(new FrameNumber(first), part));
        Assert.False(allocator->TryReturnRun(new FrameNumber(first), part));
        if (part < count)
        {
            _taken.Add((first + part, count - part, owner));
        }
    }

    private void Stamp(ulong frame, ulong owner)
    {
        ulong* words = (ulong*)arena.At(frame << 12);
        words[0] = owner;
        words[1] = owner;
        words[511] = owner;
    }

    private void CheckStamp(ulong frame, ulong owner)
    {
        ulong* words = (ulong*)arena.At(frame << 12);
        Assert.Equal((owner, owner, owner), (words[0], words[1], words[511]));
    }
}
