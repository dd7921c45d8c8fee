namespace AzaleaOS.Memory;

/// <summary>How the processor caches a page.</summary>
/// <remarks>Source: SDM vol. 3A, 12.12.4 (the page attribute table at reset: PCD and PWT select entry 3, UC).</remarks>
internal enum PageCaching
{
    /// <summary>Memory.</summary>
    WriteBack = 0,

    /// <summary>Device registers.</summary>
    Uncached = 1,
}
