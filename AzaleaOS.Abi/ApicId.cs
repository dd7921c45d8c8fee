namespace AzaleaOS.Abi;

/// <summary>The id of a core's local APIC, as INIT, SIPI and IPIs are addressed. 32 bits in x2APIC mode, 8 in xAPIC mode.</summary>
public readonly struct ApicId(uint value)
{
    /// <summary>The id.</summary>
    public readonly uint Value = value;

    /// <summary>Whether only a local APIC in x2APIC mode can be addressed by this id (255 is xAPIC's broadcast).</summary>
    /// <remarks>Source: SDM vol. 3A, 11.12.9.</remarks>
    public bool NeedsX2Apic => Value >= 255;
}
