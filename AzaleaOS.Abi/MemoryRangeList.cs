using System.Runtime.CompilerServices;

namespace AzaleaOS.Abi;

/// <summary>Room for the ranges of a memory map.</summary>
[InlineArray(Capacity)]
public struct MemoryRangeList
{
    /// <summary>More ranges than any firmware was seen to give: the largest UEFI maps have about 150.</summary>
    public const int Capacity = 256;

    private MemoryRange _first;
}
