using System.Runtime;
using System.Runtime.CompilerServices;
using AzaleaOS.Abi;

namespace AzaleaOS.Boot;

/// <summary>Where the kernel itself lies, as the linker placed it.</summary>
internal static unsafe class KernelImage
{
    /// <summary>Physical address of its first byte.</summary>
    internal static PhysicalAddress Start => Physical((delegate*<void>)&Begin);

    /// <summary>Physical address after its last byte, .bss included.</summary>
    internal static PhysicalAddress End => Physical((delegate*<void>)&ImageEnd);

    /// <summary>The time-stamp counter at the first instruction, in TSC ticks.</summary>
    internal static ulong EntryTimestamp => *(ulong*)(delegate*<void>)&EntryTsc;

    private static PhysicalAddress Physical(void* symbol) => new((ulong)symbol - MemoryMap.KernelBase);

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_image_begin")]
    private static extern void Begin();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_image_end")]
    private static extern void ImageEnd();

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_entry_tsc")]
    private static extern void EntryTsc();
}
