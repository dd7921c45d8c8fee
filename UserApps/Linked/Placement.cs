using System.Globalization;

namespace AzaleaOS.UserApps.Linked;

/// <summary>Where memory of each kind comes from, asked core by core.</summary>
internal static unsafe class Placement
{
    private const long SetAffinity = 203, GetMemoryPolicy = 239;
    private const int NodeOfAddress = 1 | 2; // MPOL_F_NODE | MPOL_F_ADDR

    /// <summary>Goes to each core, takes memory there, and prints its nodes.</summary>
    internal static int Print()
    {
        for (int core = 0; core < Topology.CoreCount; core++)
        {
            ulong only = 1UL << core;
            if (Azalea.Call(SetAffinity, 0, sizeof(ulong), (long)&only) < 0)
                return 1;
            string small = Nodes(CoreMemory.Allocate, 5 << 20), large = Nodes(CoreMemory.AllocateLarge, 6 << 20), huge = Nodes(CoreMemory.AllocateHuge, 1 << 30);
            Console.WriteLine($"core {Azalea.CoreId} of node {Topology.NodeOf(core).Id}: pages of 4 KiB {small}, of 2 MiB {large}, of 1 GiB {huge}");
        }

        return 0;
    }

    // Of its first and its last byte.
    private static string Nodes(Func<nuint, CoreMemory> take, nuint bytes)
    {
        try
        {
            using CoreMemory memory = take(bytes);
            memory.Address[0] = memory.Address[memory.Bytes - 1] = 1;
            return string.Create(CultureInfo.InvariantCulture, $"{NodeOf(memory.Address)}-{NodeOf(memory.Address + memory.Bytes - 1)}");
        }
        catch (OutOfMemoryException)
        {
            return "none";
        }
    }

    private static int NodeOf(byte* address)
    {
        int node = -1;
        return Azalea.Call(GetMemoryPolicy, (long)&node, 0, 0, (long)address, NodeOfAddress) < 0 ? -1 : node;
    }
}
