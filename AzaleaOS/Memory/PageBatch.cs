using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>What a change of page tables leaves to do, in this order: drop translations, then return frames.</summary>
/// <remarks>Frames may not be used again while a core can still reach them, be it as a page or as a table.</remarks>
internal struct PageBatch
{
    /// <summary>The most blocks of frames it holds; page tables stop when it is nearly full.</summary>
    internal const int Capacity = 64;

    // In a block's low bits, below the address: the order, and whether it is a frame of zeros.
    private const ulong OrderMask = 0x1f;
    private const ulong Zeroed = 0x20;

    private Blocks _blocks;

    [InlineArray(Capacity)]
    private struct Blocks
    {
        private ulong _first;
    }

    /// <summary>How many blocks it holds.</summary>
    internal int Count { get; private set; }

    /// <summary>Bytes of the pages that were taken away from their addresses.</summary>
    internal ulong Removed;

    /// <summary>The translations to drop.</summary>
    internal TlbFlush Flush;

    /// <summary>An empty batch, without clearing room that is not used.</summary>
    [SkipLocalsInit]
    internal static void Create(out PageBatch batch)
    {
        Unsafe.SkipInit(out batch);
        batch.Clear();
    }

    /// <summary>Forgets all.</summary>
    internal void Clear()
    {
        Count = 0;
        Removed = 0;
        Flush = default;
    }

    /// <summary>Whether there is room for a page and the tables above it.</summary>
    internal readonly bool HasRoom => Count <= Capacity - 4;

    /// <summary>The first frame of a block.</summary>
    internal FrameNumber Frame(int index) => new(At(index) >> PageSize.Shift4K);

    /// <summary>log2 of the frames in a block.</summary>
    internal int Order(int index) => (int)(At(index) & OrderMask);

    /// <summary>Whether a block is one frame filled with zeros: what a table without entries is.</summary>
    internal bool IsZeroed(int index) => (At(index) & Zeroed) != 0;

    /// <summary>Adds a block at a physical address.</summary>
    internal void Add(ulong address, int order) => At(Count++) = address | (uint)order;

    /// <summary>Adds the frame of a table whose entries are all gone.</summary>
    internal void AddEmptyTable(ulong address) => At(Count++) = address | Zeroed;

    [UnscopedRef]
    private ref ulong At(int index) => ref Unsafe.Add(ref Unsafe.As<Blocks, ulong>(ref _blocks), index);
}
