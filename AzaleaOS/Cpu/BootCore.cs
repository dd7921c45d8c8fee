using System.Runtime.CompilerServices;
using AzaleaOS.Abi;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Cpu;

/// <summary>The core that the firmware started, made ready before there is any memory management.</summary>
/// <remarks>
/// Its block and its first interrupt stack are part of the kernel image, so that a fault during boot
/// is reported like any other.
/// </remarks>
internal static unsafe class BootCore
{
    private static BlockStorage s_storage;
    private static EarlyStack s_earlyStack;

    /// <summary>Segments, interrupts, vector units and GS. The first thing after the serial port.</summary>
    internal static void Start()
    {
        CpuFeatures.Detect();
        CoreBlock* core = Block;
        core->Self = core;
        core->ApicId = CpuFeatures.ReadApicId().Value;

        // One stack for all: nothing that may nest comes before the real ones are there.
        s_storage[0] = 0;
        s_earlyStack[0] = 0;
        ulong top = (ulong)Unsafe.AsPointer(ref s_earlyStack) + (ulong)sizeof(EarlyStack);
        for (int number = 1; number <= InterruptStack.Count; number++) core->Task.SetStack(number, top & ~15UL);

        InterruptTable.Fill();
        CoreSetup.Load(core);
        core->State = CoreState.Online;
        Panic.CurrentCore = &CurrentIndex;
    }

    /// <summary>Its block.</summary>
    internal static CoreBlock* Block
        => (CoreBlock*)PageSize.AlignUp((ulong)Unsafe.AsPointer(ref s_storage), CacheLine.Size);

    private static int CurrentIndex() => CoreBlock.Current->Index;

    // Statics are aligned to eight bytes, core blocks to a cache line.
    [InlineArray(1024)]
    private struct BlockStorage
    {
        private byte _first;
    }

    [InlineArray(8192)]
    private struct EarlyStack
    {
        private byte _first;
    }
}
