using AzaleaOS.Cpu;
using AzaleaOS.Memory;
using AzaleaOS.Threads;

namespace AzaleaOS.Tests.Promises;

/// <summary>Threads and their stacks.</summary>
internal static unsafe class Switching
{
    private const int Rounds = 10_000;

    private static Thread* s_main;
    private static int s_turns;

    /// <summary>Two threads take turns; each finds its variables as it left them.</summary>
    internal static bool PingPong()
    {
        s_main = CoreBlock.Current->Running;
        ulong stack = KernelStacks.Take(KernelThread.StackSize, 0);
        int number = 42;
        Thread* other = KernelThread.Create(stack, &Other, &number);
        for (int i = 0; i < Rounds; i++)
        {
            if (s_turns != i || CoreBlock.Current->Running != s_main) return false;
            KernelThread.SwitchTo(CoreBlock.Current, s_main, other);
        }
        return s_turns == Rounds && number == 42 + Rounds && CoreBlock.Current->KernelStackTop == s_main->KernelStackTop;
    }

    private static void Other(void* argument)
    {
        int expected = 0;
        while (true)
        {
            if (s_turns == expected++) s_turns++;
            (*(int*)argument)++;
            KernelThread.SwitchTo(CoreBlock.Current, CoreBlock.Current->Running, s_main);
        }
    }
}
