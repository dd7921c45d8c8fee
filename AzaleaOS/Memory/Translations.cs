using AzaleaOS.Abi;
using AzaleaOS.Cpu;

namespace AzaleaOS.Memory;

/// <summary>Drops translations from TLBs.</summary>
/// <remarks>Source: SDM vol. 3A, 4.10.4.</remarks>
internal static class Translations
{
    /// <summary>Drops what a change of the application's page tables made stale, on all cores that may have it.</summary>
    internal static void Drop(in TlbFlush flush)
    {
        if (flush.IsEmpty)
        {
            return;
        }

        DropHere(in flush);
        ulong end = flush.All ? flush.Start : flush.End;
        Shootdown.Send(flush.Start, end);
    }

    /// <summary>Drops the translation of one page of the application.</summary>
    internal static void DropOne(ulong page)
    {
        Instructions.InvalidatePage(page);
        Shootdown.Send(page, page + PageSize.Size4K);
    }

    /// <summary>
    /// Drops it on this core alone. Enough for the kernel's half: device registers and stacks are not unmapped while they
    /// are in use elsewhere.
    /// </summary>
    internal static void DropHere(in TlbFlush flush)
    {
        if (!flush.IsEmpty)
        {
            Shootdown.DropHere(flush.Start, flush.All ? flush.Start : flush.End);
        }
    }
}
