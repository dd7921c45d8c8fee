using System.Numerics;
using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>Takes frames from the nodes that a memory policy names.</summary>
/// <remarks>Source: Linux, mm/mempolicy.c; set_mempolicy(2).</remarks>
internal static unsafe class NodePlacement
{
    /// <summary>Takes a block.</summary>
    /// <param name="nodes">All nodes.</param>
    /// <param name="policy">Which of them.</param>
    /// <param name="local">The node of this core.</param>
    /// <param name="address">The page's address.</param>
    /// <param name="order">log2 of the frames.</param>
    /// <param name="frame">The first.</param>
    /// <returns>False if the nodes that the policy allows have none.</returns>
    internal static bool TryTake(FrameNodes* nodes, in MemoryPolicy policy, int local, ulong address, int order, out FrameNumber frame)
    {
        int first = policy.HomePlusOne != 0 ? policy.HomePlusOne - 1 : local;
        switch (policy.Mode)
        {
            case MemoryPolicy.Bind:
                return TryTakeAmong(nodes, policy.Nodes, first, order, out frame);
            case MemoryPolicy.Preferred when policy.Nodes != 0:
                return nodes->TryTake(BitOperations.TrailingZeroCount(policy.Nodes), order, out frame);
            case MemoryPolicy.PreferredMany:
                return TryTakeAmong(nodes, policy.Nodes, first, order, out frame) || nodes->TryTake(local, order, out frame);
            case MemoryPolicy.Interleave or MemoryPolicy.Weighted:
                return nodes->TryTake(NodeInTurn(policy.Nodes, address >> (PageSize.Shift4K + order)), order, out frame);
            default:
                return nodes->TryTake(local, order, out frame);
        }
    }

    /// <summary>The node whose turn it is.</summary>
    /// <param name="mask">Nodes; not 0.</param>
    /// <param name="turn">A count.</param>
    internal static int NodeInTurn(ulong mask, ulong turn)
    {
        for (ulong skip = turn % (ulong)BitOperations.PopCount(mask); skip > 0; skip--)
        {
            mask &= mask - 1;
        }

        return BitOperations.TrailingZeroCount(mask);
    }

    private static bool TryTakeAmong(FrameNodes* nodes, ulong mask, int nearestTo, int order, out FrameNumber frame)
    {
        for (int n = 0; n < nodes->Count; n++)
        {
            int node = nodes->Nearest(nearestTo, n);
            if ((mask >> node & 1) != 0 && (*nodes)[node]->TryTake(order, out frame))
            {
                return true;
            }
        }

        frame = default;
        return false;
    }
}
