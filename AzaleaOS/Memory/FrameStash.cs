using System.Runtime.CompilerServices;

namespace AzaleaOS.Memory;

/// <summary>A few frames that are ready at hand: what page tables are made of.</summary>
internal struct FrameStash
{
    /// <summary>The most it holds.</summary>
    internal const int Capacity = 64;

    // In a slot: the frame is filled with zeros.
    private const ulong Zeroed = 1UL << 63;

    private int _count;
    private Slots _frames;

    [InlineArray(Capacity)]
    private struct Slots
    {
        private ulong _first;
    }

    /// <summary>How many there are.</summary>
    internal readonly int Count => _count;

    /// <summary>Forgets all of them.</summary>
    internal void Clear() => _count = 0;

    /// <summary>Adds a frame number. There must be room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Push(ulong frame) => Unsafe.Add(ref Unsafe.As<Slots, ulong>(ref _frames), _count++) = frame;

    /// <summary>Adds the number of a frame that is filled with zeros. There must be room.</summary>
    internal void PushZeroed(ulong frame) => Push(frame | Zeroed);

    /// <summary>Takes the frame number that was added last. There must be one.</summary>
    internal ulong Pop() => Pop(out _);

    /// <summary>Takes the frame number that was added last, and tells whether the frame is filled with zeros. There must be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Pop(out bool isZeroed)
    {
        ulong slot = Unsafe.Add(ref Unsafe.As<Slots, ulong>(ref _frames), --_count);
        isZeroed = (slot & Zeroed) != 0;
        return slot & ~Zeroed;
    }

    /// <summary>Adds as many as the allocator gives, up to a number.</summary>
    internal void Fill(ref FrameAllocator allocator, int upTo)
    {
        Span<ulong> slots = _frames;
        _count += allocator.TakeSingles(slots[_count..upTo]);
    }

    /// <summary>Gives the oldest back to the allocator, as many as told.</summary>
    internal void Drain(ref FrameAllocator allocator, int count)
    {
        Span<ulong> slots = _frames;
        foreach (ref ulong slot in slots[..count])
        {
            slot &= ~Zeroed;
        }

        allocator.ReturnSingles(slots[..count]);
        slots[count.._count].CopyTo(slots);
        _count -= count;
    }
}
