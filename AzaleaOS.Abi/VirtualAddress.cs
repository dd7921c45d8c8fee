namespace AzaleaOS.Abi;

/// <summary>A virtual address, in bytes.</summary>
public readonly unsafe struct VirtualAddress(ulong value)
{
    /// <summary>The address as a number.</summary>
    public readonly ulong Value = value;

    /// <summary>The address as a pointer.</summary>
    public byte* Pointer => (byte*)Value;

    /// <summary>Whether bits 63 to 47 are equal, as 4-level paging demands.</summary>
    /// <remarks>Source: SDM vol. 1, 3.3.7.1 (canonical addressing).</remarks>
    public bool IsCanonical => (ulong)((long)(Value << 16) >> 16) == Value;

    /// <summary>The address some bytes further.</summary>
    public static VirtualAddress operator +(VirtualAddress address, ulong bytes) => new(address.Value + bytes);
}
