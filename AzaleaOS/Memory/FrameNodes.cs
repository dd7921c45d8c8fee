using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>The frame allocators of all NUMA nodes, and which node is asked after which.</summary>
/// <remarks>Written once, on the boot core, before other cores run; each allocator then has its own lock.</remarks>
internal unsafe struct FrameNodes
{
    /// <summary>The most nodes that are told apart; memory of any more is counted to the last. A KNL has 8.</summary>
    internal const int MaxNodes = 16;

    private int _count;
    private Allocators _allocators;
    private Orders _orders;
    private Orders _distances;

    [InlineArray(MaxNodes)]
    private struct Allocators
    {
        private FrameAllocator _first;
    }

    [InlineArray(MaxNodes * MaxNodes)]
    private struct Orders
    {
        private byte _first;
    }

    /// <summary>How many nodes there are; at least 1.</summary>
    internal readonly int Count => _count;

    /// <summary>The allocator of a node below <see cref="Count"/>.</summary>
    internal FrameAllocator* this[int node] => (FrameAllocator*)Unsafe.AsPointer(ref Unsafe.As<Allocators, FrameAllocator>(ref _allocators)) + node;

    /// <summary>The allocator a node number of the firmware's or the hand-off's stands for.</summary>
    internal readonly int Clamp(uint node) => (int)Math.Min(node, (uint)_count - 1);

    /// <summary>Takes over all usable memory above 1 MiB.</summary>
    /// <param name="memory">A normalised memory map.</param>
    /// <param name="extents">Room for as many extents as there are ranges; kept from now on.</param>
    /// <param name="nodeCount">How many nodes the ranges name; at least 1.</param>
    /// <param name="distances">nodeCount x nodeCount distances as in SLIT, or empty: then the other nodes come in the order of their numbers.</param>
    /// <param name="directMap">What to add to a physical address to read it.</param>
    internal void Initialise(ReadOnlySpan<MemoryRange> memory, FrameExtent* extents, int nodeCount, ReadOnlySpan<byte> distances, ulong directMap)
    {
        _count = Math.Clamp(nodeCount, 1, MaxNodes);
        for (int node = 0; node < _count; node++)
        {
            FrameExtent* first = extents;
            foreach (ref readonly MemoryRange range in memory)
            {
                ulong start = Math.Max(range.Start.Value, MemoryMap.LowMemoryEnd);
                bool isUsed = range.Kind is MemoryKind.Usable && Clamp(range.Node) == node
                    && start < range.End && range.End - start >= FrameExtent.MinimumLength;
                if (isUsed)
                {
                    extents->Initialise(start, range.End);
                    extents++;
                }
            }

            this[node]->Initialise(first, (int)(extents - first), directMap);
            Sort(node, nodeCount, distances);
            for (int other = 0; other < _count; other++)
            {
                const byte Local = 10, Remote = 20;
                _distances[(node * MaxNodes) + other] = !distances.IsEmpty ? distances[(node * nodeCount) + other] : other == node ? Local : Remote;
            }
        }
    }

    /// <summary>How far a node's memory is from another node, as in SLIT: 10 is the node itself.</summary>
    internal readonly int Distance(int node, int other)
    {
        ReadOnlySpan<byte> distances = _distances;
        return distances[(node * MaxNodes) + other];
    }

    /// <summary>The n-th nearest node to a node; itself for n = 0.</summary>
    internal int Nearest(int node, int n)
    {
        ReadOnlySpan<byte> orders = _orders;
        return orders[(node * MaxNodes) + n];
    }

    /// <summary>The node that a frame is of.</summary>
    internal int NodeOf(FrameNumber frame)
    {
        int node = _count - 1;
        while (node > 0 && !this[node]->Owns(frame))
        {
            node--;
        }

        return node;
    }

    /// <summary>Takes a block from a node or else from the nearest that has one.</summary>
    internal bool TryTake(int node, int order, out FrameNumber frame)
    {
        for (int n = 0; n < _count; n++)
        {
            if (this[Nearest(node, n)]->TryTake(order, out frame))
            {
                return true;
            }
        }

        frame = default;
        return false;
    }

    /// <summary>Takes frames that follow each other from a node or else from the nearest that has them.</summary>
    internal bool TryTakeRun(int node, ulong count, int alignment, out FrameNumber frame)
    {
        for (int n = 0; n < _count; n++)
        {
            if (this[Nearest(node, n)]->TryTakeRun(count, alignment, out frame))
            {
                return true;
            }
        }

        frame = default;
        return false;
    }

    /// <summary>Gives frames that follow each other back to the node they are of.</summary>
    /// <returns>False if they were not taken.</returns>
    internal bool TryReturnRun(FrameNumber frame, ulong count)
    {
        for (int node = 0; node < _count; node++)
        {
            if (this[node]->Owns(frame))
            {
                return this[node]->TryReturnRun(frame, count);
            }
        }

        return false;
    }

    /// <summary>The sum over all nodes.</summary>
    internal FrameStatistics Statistics
    {
        get
        {
            FrameStatistics sum = default;
            for (int node = 0; node < _count; node++)
            {
                FrameStatistics part = this[node]->Statistics;
                sum.Total += part.Total;
                sum.Free += part.Free;
                sum.Metadata += part.Metadata;
                sum.Untouched += part.Untouched;
            }

            return sum;
        }
    }

    private void Sort(int node, int nodeCount, ReadOnlySpan<byte> distances)
    {
        Span<byte> order = ((Span<byte>)_orders).Slice(node * MaxNodes, _count);
        ReadOnlySpan<byte> row = distances.Length == nodeCount * nodeCount ? distances.Slice(node * nodeCount, nodeCount) : default;
        for (int other = 0; other < _count; other++)
        {
            int at = other;
            while (at > 0 && Distance(node, other, row) < Distance(node, order[at - 1], row))
            {
                order[at] = order[at - 1];
                at--;
            }

            order[at] = (byte)other;
        }
    }

    /// <summary>How far a node is; a node is nearest to itself, whatever the firmware says.</summary>
    private static int Distance(int from, int to, ReadOnlySpan<byte> row)
    {
        if (from == to)
        {
            return -1;
        }

        return row.IsEmpty ? 0 : row[to];
    }
}
