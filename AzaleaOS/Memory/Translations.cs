using AzaleaOS.Abi;
using AzaleaOS.Cpu;

namespace AzaleaOS.Memory;

/// <summary>Drops translations from TLBs.</summary>
/// <remarks>
/// Source: SDM vol. 3A, 4.10.4. On this core alone: the others run no application code yet and touch
/// nothing of its half; device registers and stacks are not unmapped while they are in use elsewhere.
/// </remarks>
internal static class Translations
{
    /// <summary>Drops what a change of page tables made stale.</summary>
    internal static void Drop(in TlbFlush flush)
    {
        if (flush.All)
        {
            Instructions.WriteCr3(Instructions.ReadCr3());
            return;
        }

        for (ulong address = flush.Start; address != flush.End; address += PageSize.Size4K)
        {
            Instructions.InvalidatePage(address);
        }
    }
}
