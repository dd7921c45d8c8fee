namespace AzaleaOS.Memory;

/// <summary>How the frames of one node, or of all, are used.</summary>
internal struct FrameStatistics
{
    /// <summary>Frames of 4 KiB that can be handed out in all.</summary>
    internal ulong Total;

    /// <summary>Frames that are free now, those kept by the cores' caches not included.</summary>
    internal ulong Free;

    /// <summary>Frames set aside for metadata.</summary>
    internal ulong Metadata;

    /// <summary>Frames that were never handed out.</summary>
    internal ulong Untouched;
}
