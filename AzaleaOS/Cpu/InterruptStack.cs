namespace AzaleaOS.Cpu;

/// <summary>The interrupt stacks of a core. Every vector has one: application code uses the red zone.</summary>
/// <remarks>
/// An exception may come while an interrupt is served, and the worse ones at any time: each kind that
/// can interrupt another has a stack of its own.
/// </remarks>
internal static class InterruptStack
{
    internal const int Interrupts = 1;
    internal const int Exceptions = 2;
    internal const int Nmi = 3;
    internal const int DoubleFault = 4;
    internal const int MachineCheck = 5;
    internal const int Debug = 6;

    /// <summary>Stacks are numbered from 1 to this.</summary>
    internal const int Count = 6;

    /// <summary>The stack that a vector uses.</summary>
    internal static int Of(int vector) => vector switch
    {
        Vector.Nmi => Nmi,
        Vector.DoubleFault => DoubleFault,
        Vector.MachineCheck => MachineCheck,
        Vector.Debug or Vector.Breakpoint => Debug,
        < Vector.FirstInterrupt => Exceptions,
        _ => Interrupts,
    };
}
