namespace AzaleaOS.Cpu;

/// <summary>How large the stacks of a core are, in bytes.</summary>
internal static unsafe class CoreStacks
{
    /// <summary>The idle loop, and what other cores leave in the inbox.</summary>
    internal const ulong Idle = 16 << 10;

    private const ulong Exceptions = 16 << 10;
    private const ulong Others = 8 << 10;

    /// <summary>Gives a core its interrupt stacks, with a guard page below each.</summary>
    /// <returns>False if memory ran out.</returns>
    internal static bool TryAllocate(CoreBlock* core, uint node, in CoreMemory memory)
    {
        for (int number = 1; number <= InterruptStack.Count; number++)
        {
            ulong size = number == InterruptStack.Exceptions ? Exceptions : Others;
            ulong top = memory.AllocateStack(size, node);
            if (top == 0) return false;
            core->Task.SetStack(number, top);
        }
        return true;
    }
}
