using System.Runtime.InteropServices;

namespace AzaleaOS.Cpu;

/// <summary>What a starting core needs to know; the last bytes of the trampoline's page.</summary>
/// <remarks>
/// Written by the core that starts the others, before it sends them anything; read by the trampoline.
/// <para>
/// The trampoline enters long mode on <see cref="BootRoot"/>: the entry code's own page tables, below
/// 4 GiB, which show the trampoline's page at its physical address and the kernel image at its place.
/// From code in the kernel image (no longer in the trampoline's page, which the kernel's tables do
/// not show) it then loads <see cref="Root"/>, finds its <see cref="CoreBootRecord"/>, takes the
/// stack and jumps to <see cref="EntryPoint"/> with the record's CoreBlock in rdi.
/// </para>
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct TrampolineParameters
{
    /// <summary>Physical address of the entry code's root page table, for the 32-bit load of CR3.</summary>
    internal uint BootRoot;

    /// <summary>How many records <see cref="CoreTable"/> has.</summary>
    internal uint CoreCount;

    /// <summary>CR3 of the kernel: any physical address.</summary>
    internal ulong Root;

    /// <summary>Address of azalea_core_start(CoreBlock*).</summary>
    internal ulong EntryPoint;

    /// <summary>Address of the first <see cref="CoreBootRecord"/>, valid on <see cref="Root"/>.</summary>
    internal ulong CoreTable;
}
