using AzaleaOS.Abi;
using AzaleaOS.Diagnostics;
using AzaleaOS.Memory;

namespace AzaleaOS.Boot;

/// <summary>Where a backtrace may read.</summary>
internal static class MappedStacks
{
    /// <summary>The page of a kernel stack that an address lies in, or the kernel's data, which holds the boot stack.</summary>
    internal static StackBounds Find(ulong address)
    {
        if (address >= KernelImage.DataBegin && address < KernelImage.DataEnd)
        {
            return new StackBounds(KernelImage.DataBegin, KernelImage.DataEnd);
        }

        bool isMapped = address is >= MemoryMap.StackBase and < MemoryMap.StackEnd
            && KernelMemory.Tables.TryQuery(new VirtualAddress(address), out _);
        ulong page = PageSize.AlignDown(address, PageSize.Size4K);
        return isMapped ? new StackBounds(page, page + PageSize.Size4K) : default;
    }
}
