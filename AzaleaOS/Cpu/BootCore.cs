using System.Runtime.CompilerServices;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Cpu;

/// <summary>The core that the firmware started, made ready before there is any memory management.</summary>
/// <remarks>
/// Its block and its first interrupt stack are part of the kernel image, so that a fault during boot
/// is reported like any other.
/// </remarks>
internal static unsafe class BootCore
{
    private static CoreBlock s_block;
    private static EarlyStack s_earlyStack;

    /// <summary>Segments, interrupts, vector units and GS. The first thing after the serial port.</summary>
    internal static void Start()
    {
        CpuFeatures.Detect();
        CoreBlock* core = Block;
        core->Self = core;
        s_block.ApicId = CpuFeatures.ReadApicId().Value;

        // One stack for all: nothing that may nest comes before the real ones are there.
        s_earlyStack[0] = 0;
        ulong top = (ulong)Unsafe.AsPointer(ref s_earlyStack) + (ulong)sizeof(EarlyStack);
        for (int number = 1; number <= InterruptStack.Count; number++) core->Task.SetStack(number, top & ~15UL);

        InterruptTable.Fill();
        CoreSetup.Load(core);
        core->State = CoreState.Online;
        Panic.CurrentCore = &CurrentIndex;
    }

    /// <summary>Its block.</summary>
    internal static CoreBlock* Block => (CoreBlock*)Unsafe.AsPointer(ref s_block);

    private static int CurrentIndex() => CoreBlock.Current->Index;

    [InlineArray(8192)]
    private struct EarlyStack
    {
        private byte _first;
    }
}
