using System.Diagnostics.CodeAnalysis;
using System.Threading;

namespace AzaleaOS.Cpu;

/// <summary>Stops every other core for good, wherever it is: the panic wants to be alone.</summary>
/// <remarks>Written by the core that panics; the NMI handlers of the others read it.</remarks>
internal static unsafe class StopSignal
{
    // A core answers within microseconds; one that an emulator does not run at all needs the host's
    // scheduler. In spins, since nobody may have measured the clock yet.
    private const int PatienceSpins = 20_000_000;

    private static int s_given;

    /// <summary>Whether somebody panics.</summary>
    internal static bool IsGiven => Volatile.Read(ref s_given) != 0;

    /// <summary>Sends the signal to all other cores and waits until they have obeyed.</summary>
    /// <returns>How many have.</returns>
    internal static int Give()
    {
        Volatile.Write(ref s_given, 1);
        CoreBlock* self = CoreBlock.Current;
        for (int i = 0; i < Cores.Count; i++)
        {
            CoreBlock* core = Cores.Block(i);
            if (core != null && core != self && IsIn(core, CoreState.Online)) LocalApic.SendNmi(new(core->ApicId));
        }

        int stopped = 0;
        int spins = 0;
        for (int i = 0; i < Cores.Count; i++)
        {
            CoreBlock* core = Cores.Block(i);
            if (core == null || core == self) continue;
            while (IsIn(core, CoreState.Online) && spins++ < PatienceSpins) Instructions.Pause();
            if (IsIn(core, CoreState.Stopped)) stopped++;
        }
        return stopped;
    }

    /// <summary>Stops this core.</summary>
    [DoesNotReturn]
    internal static void Obey()
    {
        CoreBlock.Current->State = CoreState.Stopped;
        while (true)
        {
            Instructions.DisableInterrupts();
            Instructions.Halt();
        }
    }

    private static bool IsIn(CoreBlock* core, CoreState state)
        => Volatile.Read(ref *(int*)&core->State) == (int)state;
}
