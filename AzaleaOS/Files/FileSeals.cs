namespace AzaleaOS.Files;

/// <summary>What can be done to a file no more: F_SEAL_ constants.</summary>
/// <remarks>Source: Linux, include/uapi/linux/fcntl.h.</remarks>
internal static class FileSeals
{
    /// <summary>F_SEAL_SEAL: no more seals. What a file has that was not made for seals.</summary>
    internal const uint Seal = 1;

    /// <summary>F_SEAL_SHRINK.</summary>
    internal const uint Shrink = 2;

    /// <summary>F_SEAL_GROW.</summary>
    internal const uint Grow = 4;

    /// <summary>F_SEAL_WRITE.</summary>
    internal const uint Write = 8;

    /// <summary>F_SEAL_FUTURE_WRITE: mappings that are there may still write.</summary>
    internal const uint FutureWrite = 0x10;

    /// <summary>F_SEAL_EXEC: the executable bits stay as they are.</summary>
    internal const uint Execute = 0x20;

    /// <summary>All of them.</summary>
    internal const uint All = 0x3f;
}
