namespace AzaleaOS.Tests.Conformance.Differential;

/// <summary>What a call makes that later calls can use.</summary>
internal enum Product
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>Its result is a descriptor.</summary>
    Descriptor,

    /// <summary>Its result is a descriptor of /dev/zero.</summary>
    ZeroDevice,

    /// <summary>Two descriptors, where its last pointer leads.</summary>
    TwoDescriptors,

    /// <summary>Its result is the address of memory.</summary>
    Mapping,

    /// <summary>A number for a timer, where its last pointer leads.</summary>
    Timer,
}
