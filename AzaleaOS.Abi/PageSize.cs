namespace AzaleaOS.Abi;

/// <summary>The page sizes of x86-64 long mode, in bytes, and their shifts.</summary>
/// <remarks>Source: SDM vol. 3A, 4.5 (4-level paging).</remarks>
public static class PageSize
{
    /// <summary>log2 of the small page.</summary>
    public const int Shift4K = 12;

    /// <summary>log2 of the large page.</summary>
    public const int Shift2M = 21;

    /// <summary>log2 of the huge page.</summary>
    public const int Shift1G = 30;

    /// <summary>4 KiB, in bytes.</summary>
    public const ulong Size4K = 1UL << Shift4K;

    /// <summary>2 MiB, in bytes.</summary>
    public const ulong Size2M = 1UL << Shift2M;

    /// <summary>1 GiB, in bytes.</summary>
    public const ulong Size1G = 1UL << Shift1G;

    /// <summary>The greatest multiple of a power of two that is not above the value.</summary>
    public static ulong AlignDown(ulong value, ulong powerOfTwo) => value & ~(powerOfTwo - 1);

    /// <summary>The least multiple of a power of two that is not below the value. Wraps at the end of 64 bits.</summary>
    public static ulong AlignUp(ulong value, ulong powerOfTwo) => (value + powerOfTwo - 1) & ~(powerOfTwo - 1);

    /// <summary>Whether the value is a multiple of the power of two.</summary>
    public static bool IsAligned(ulong value, ulong powerOfTwo) => (value & (powerOfTwo - 1)) == 0;
}
