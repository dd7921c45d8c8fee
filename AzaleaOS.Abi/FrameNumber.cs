namespace AzaleaOS.Abi;

/// <summary>The number of a 4 KiB frame: its physical address divided by 4096.</summary>
public readonly struct FrameNumber(ulong value)
{
    /// <summary>The number.</summary>
    public readonly ulong Value = value;

    /// <summary>Physical address of the frame's first byte.</summary>
    public PhysicalAddress Address => new(Value << PageSize.Shift4K);
}
