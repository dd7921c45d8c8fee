using AzaleaOS.Abi;

namespace AzaleaOS.Boot;

/// <summary>Finds the page below 1 MiB that the other cores start in: 16-bit code cannot be anywhere else.</summary>
/// <remarks>Source: SDM vol. 3A, 8.4.3 (SIPI vector: a page below 1 MiB; A0000h to BFFFFh are not to be used).</remarks>
internal static class LowPages
{
    // The first 64 KiB are where old firmware scribbles; used only if there is nothing better.
    private const ulong SafeStart = 0x1_0000;
    private const ulong End = 0xa_0000;

    /// <summary>The highest free page, so that what old firmware keeps at the bottom is spared; 0 if there is none.</summary>
    internal static PhysicalAddress Choose(in BootInfo info)
    {
        PhysicalAddress page = Highest(in info, SafeStart, End);
        return page.Value != 0 ? page : Highest(in info, PageSize.Size4K, SafeStart);
    }

    private static PhysicalAddress Highest(in BootInfo info, ulong from, ulong to)
    {
        for (int i = info.MemoryCount - 1; i >= 0; i--)
        {
            ref readonly MemoryRange range = ref info.Memory[i];
            ulong start = Math.Max(range.Start.Value, from);
            ulong end = Math.Min(range.End, to);
            if (range.Kind is MemoryKind.Usable && start < end)
            {
                return new PhysicalAddress(end - PageSize.Size4K);
            }
        }

        return default;
    }
}
