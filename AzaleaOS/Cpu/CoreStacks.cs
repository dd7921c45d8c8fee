namespace AzaleaOS.Cpu;

/// <summary>How large the stacks of a core are.</summary>
internal static unsafe class CoreStacks
{
    /// <summary>The idle loop, and what other cores leave in the inbox; in bytes.</summary>
    internal const ulong Idle = 16 << 10;

    // Pages of the interrupt stacks, in their order: a power of two together.
    private static ReadOnlySpan<byte> Pages => [4, 4, 2, 2, 2, 2];

    /// <summary>Gives a core its interrupt stacks, with a guard page below each.</summary>
    /// <returns>False if memory ran out.</returns>
    internal static bool TryAllocate(CoreBlock* core, uint node, in CoreMemory memory)
    {
        ulong* tops = stackalloc ulong[InterruptStack.Count];
        fixed (byte* pages = Pages)
        {
            if (!memory.AllocateStacks(pages, InterruptStack.Count, node, tops)) return false;
        }
        for (int i = 0; i < InterruptStack.Count; i++) core->Task.SetStack(i + 1, tops[i]);
        return true;
    }
}
