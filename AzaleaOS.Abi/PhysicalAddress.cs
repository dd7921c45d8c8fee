namespace AzaleaOS.Abi;

/// <summary>A physical address, in bytes.</summary>
public readonly struct PhysicalAddress(ulong value)
{
    /// <summary>The address as a number.</summary>
    public readonly ulong Value = value;

    /// <summary>The 4 KiB frame that holds this address.</summary>
    public FrameNumber Frame => new(Value >> PageSize.Shift4K);

    /// <summary>Where the direct map shows this address. Valid for RAM whose gigabyte has been opened.</summary>
    public VirtualAddress Mapped => new(MemoryMap.DirectMapBase + Value);

    /// <summary>The address some bytes further.</summary>
    public static PhysicalAddress operator +(PhysicalAddress address, ulong bytes) => new(address.Value + bytes);
}
