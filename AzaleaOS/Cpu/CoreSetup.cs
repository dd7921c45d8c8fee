namespace AzaleaOS.Cpu;

/// <summary>What every core does for itself, the boot core included.</summary>
internal static unsafe class CoreSetup
{
    private const ulong Cr4MachineCheck = 1 << 6;

    /// <summary>Loads the tables and turns the units on. Interrupts stay off.</summary>
    internal static void Load(CoreBlock* core)
    {
        SegmentTable.Load(&core->Segments, &core->Task);
        InterruptTable.Load();
        Instructions.WriteMsr(Msr.GsBase, (ulong)core);
        Instructions.WriteCr4(Instructions.ReadCr4() | Cr4MachineCheck);
        VectorState.Enable();
        SystemCalls.Enable();
    }
}
