namespace AzaleaOS.Cpu;

/// <summary>What this layer needs from the memory layer above it, handed down at boot.</summary>
internal unsafe struct CoreMemory
{
    /// <summary>A zeroed page for the block of a core, on or near a NUMA node; null if there is none left.</summary>
    internal delegate*<uint, void*> AllocateBlock;

    /// <summary>The top of a new stack of some bytes with a guard page below, on or near a NUMA node; 0 if there is none left.</summary>
    internal delegate*<ulong, uint, ulong> AllocateStack;

    /// <summary>Several stacks of some pages each, in one piece of memory; their tops. False if there is not enough left.</summary>
    internal delegate*<byte*, int, uint, ulong*, bool> AllocateStacks;
}
