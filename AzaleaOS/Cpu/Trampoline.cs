using System.Runtime;
using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Cpu;

/// <summary>The code that a starting core finds in real mode, in a page below 1 MiB.</summary>
internal static unsafe class Trampoline
{
    /// <summary>Copies the code into the page and writes its parameters.</summary>
    /// <param name="page">The page, as mapped now.</param>
    /// <param name="records">Where the cores find themselves.</param>
    /// <param name="count">How many records.</param>
    /// <param name="root">Physical address of the page tables for the cores.</param>
    internal static void Install(byte* page, CoreBootRecord* records, int count, ulong root)
    {
        byte* code = (byte*)(delegate*<void>)&Begin;
        int length = (int)((byte*)(delegate*<void>)&End - code);
        new ReadOnlySpan<byte>(code, length).CopyTo(new Span<byte>(page, length));

        TrampolineParameters* parameters =
            (TrampolineParameters*)(page + PageSize.Size4K - sizeof(TrampolineParameters));
        parameters->BootRoot = (uint)((ulong)(delegate*<void>)&BootRoot - MemoryMap.KernelBase);
        parameters->CoreCount = (uint)count;
        parameters->Root = root;
        parameters->EntryPoint = (ulong)(delegate*<CoreBlock*, void>)&Cores.Enter;
        parameters->CoreTable = (ulong)records;
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_trampoline_begin")]
    private static extern void Begin();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_trampoline_end")]
    private static extern void End();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_boot_page_tables")]
    private static extern void BootRoot();
}
