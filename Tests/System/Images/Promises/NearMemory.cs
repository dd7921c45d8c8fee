using System.Threading;
using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Tests.Promises;

/// <summary>Memory on a machine of three nodes with two cores each, where node 2 is nearer to node 0 than node 1 is.</summary>
internal static unsafe class NearMemory
{
    private const int Nodes = 3;
    private const int CoresOfANode = 2;

    /// <summary>More than a core keeps in its cache.</summary>
    private const int Pages = 2000;

    private static int s_far;

    /// <summary>Every core gets memory of its own node.</summary>
    internal static bool OnEveryCore()
    {
        if (!Cores.WaitForAll() || !Processors.RunEverywhere(&TakeNear)) return false;
        TakeNear(null);
        return KernelMemory.Nodes->Count == Nodes && Volatile.Read(ref s_far) == 0;
    }

    /// <summary>A core whose node has no memory left gets it from the nearest other one.</summary>
    internal static bool FromTheNearest()
    {
        while (Frames.TryTake(out FrameNumber frame))
        {
            int node = NodeOf(frame);
            if (node == CoreBlock.Current->Node) continue;
            Log.Line($"after node {CoreBlock.Current->Node} comes node {node}");
            return node == 2;
        }
        return false;
    }

    private static void TakeNear(void* argument)
    {
        CoreBlock* core = CoreBlock.Current;
        bool near = core->Node == (uint)(core->Index / CoresOfANode);
        for (int i = 0; i < Pages; i++)
            near &= Frames.TryTake(out FrameNumber frame) && NodeOf(frame) == core->Node;
        if (!near) Interlocked.Increment(ref s_far);
        Processors.CountRun();
    }

    private static int NodeOf(FrameNumber frame)
    {
        int node = 0;
        while (node < KernelMemory.Nodes->Count && !KernelMemory.Nodes[0][node]->Owns(frame)) node++;
        return node;
    }
}
