using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>Single frames that one core keeps for itself.</summary>
/// <remarks>
/// Written by: the owning core alone, with interrupts off; no other core looks at it, so there is no
/// lock and no shared line on the way from mmap to a frame. It fetches and returns half of its
/// room at a time, under the lock of a node. What lies in the caches of other cores is out of reach when a node
/// runs out; the limit keeps that to a sixteenth of the memory at most. The frame returned last is
/// taken first: it may still be in the core's own caches.
/// </remarks>
internal unsafe struct FrameCache
{
    private FrameNodes* _nodes;
    private int _node;
    private int _limit;

    /// <summary>The frames themselves. Page tables are made of them: see <see cref="TryReserve"/>.</summary>
    internal FrameStash Frames;

    /// <summary>Starts empty.</summary>
    /// <param name="nodes">Where frames come from.</param>
    /// <param name="node">The core's node.</param>
    /// <param name="cores">How many cores will have a cache.</param>
    internal void Initialise(FrameNodes* nodes, int node, int cores)
    {
        const int MinimumLimit = 8;
        this = default;
        _nodes = nodes;
        _node = node;
        ulong share = nodes->Statistics.Total / (16 * (ulong)Math.Max(cores, 1));
        _limit = (int)Math.Clamp(share, MinimumLimit, FrameStash.Capacity) & ~1;
    }

    /// <summary>Takes a frame, of the core's own node if it has one.</summary>
    internal bool TryTake(out FrameNumber frame) => TryTake(out frame, out _);

    /// <summary>Takes a frame, and tells whether it is filled with zeros already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryTake(out FrameNumber frame, out bool isZeroed)
    {
        if (Frames.Count == 0 && !Refill(_limit / 2))
        {
            frame = default;
            isZeroed = false;
            return false;
        }

        frame = new FrameNumber(Frames.Pop(out isZeroed));
        return true;
    }

    /// <summary>Gives a frame back, and tells whether it is filled with zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Return(FrameNumber frame, bool isZeroed = false)
    {
        if ((_nodes->Count > 1 || Frames.Count >= _limit) && !MakeRoom(frame))
        {
            return;
        }

        if (isZeroed)
        {
            Frames.PushZeroed(frame.Value);
        }
        else
        {
            Frames.Push(frame.Value);
        }
    }

    /// <summary>Makes room for a frame.</summary>
    /// <returns>False if it went somewhere else.</returns>
    private bool MakeRoom(FrameNumber frame)
    {
        if (_nodes->Count > 1 && !(*_nodes)[_node]->Owns(frame))
        {
            // Memory of another node goes home, or this core would take it for its own later.
            _ = _nodes->TryReturnRun(frame, 1);
            return false;
        }

        if (Frames.Count >= _limit)
        {
            Frames.Drain(ref *(*_nodes)[_node], _limit / 2);
        }

        return true;
    }

    /// <summary>Makes sure that some frames are at hand, at most half of the smallest limit: 4.</summary>
    /// <returns>False if memory is exhausted.</returns>
    internal bool TryReserve(int count) => Frames.Count >= count || Refill(Math.Max(count, _limit / 2));

    private bool Refill(int upTo)
    {
        int wanted = upTo;
        for (int n = 0; n < _nodes->Count && Frames.Count < wanted; n++)
        {
            Frames.Fill(ref *(*_nodes)[_nodes->Nearest(_node, n)], upTo);

            // Of other nodes only what is needed now.
            wanted = Math.Min(wanted, 4);
            upTo = Math.Max(wanted, Frames.Count);
        }

        return Frames.Count > 0;
    }
}
