namespace AzaleaOS.Abi.Linux;

/// <summary>What utimensat takes in place of nanoseconds.</summary>
/// <remarks>Source: Linux, include/linux/stat.h.</remarks>
public static class SetTime
{
    /// <summary>UTIME_NOW.</summary>
    public const long Now = (1 << 30) - 1;

    /// <summary>UTIME_OMIT: the time stays.</summary>
    public const long Omit = (1 << 30) - 2;
}
