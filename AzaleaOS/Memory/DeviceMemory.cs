using AzaleaOS.Abi;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Memory;

/// <summary>Shows device registers and firmware's tables to the kernel.</summary>
/// <remarks>Mappings stay for good: devices do not go away.</remarks>
internal static unsafe class DeviceMemory
{
    private static ulong s_next = MemoryMap.DeviceBase;
    private static SpinLock s_lock;

    /// <summary>Maps registers.</summary>
    /// <param name="registers">Physical address of the first; need not be aligned.</param>
    /// <param name="length">Bytes; at least 1.</param>
    /// <param name="caching">How they are cached: what lies in RAM, as RAM is.</param>
    /// <returns>Where they are seen; null if there is no room or no memory for page tables.</returns>
    internal static void* Map(PhysicalAddress registers, ulong length, PageCaching caching = PageCaching.Uncached)
    {
        ulong offset = registers.Value & (PageSize.Size4K - 1);
        ulong size = PageSize.AlignUp(offset + length, PageSize.Size4K);
        VirtualAddress start = new(Reserve(size));
        bool isMapped = start.Value != 0
            && KernelRange.Map(start, new PhysicalAddress(registers.Value - offset), size, PageAccess.Read | PageAccess.Write, caching) is PageError.None;
        return isMapped ? (start + offset).Pointer : null;
    }

    private static ulong Reserve(ulong size)
    {
        bool interrupts = InterruptFlag.Clear();
        s_lock.Enter();
        ulong start = s_next;
        bool fits = size != 0 && size <= MemoryMap.DeviceEnd - start;
        s_next += fits ? size : 0;
        s_lock.Exit();
        InterruptFlag.Restore(interrupts);
        return fits ? start : 0;
    }
}
