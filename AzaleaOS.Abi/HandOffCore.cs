using System.Runtime.InteropServices;

namespace AzaleaOS.Abi;

/// <summary>A lent core.</summary>
[StructLayout(LayoutKind.Explicit, Size = 8)]
public struct HandOffCore
{
    /// <summary>The id of its local APIC.</summary>
    [FieldOffset(0)] public uint ApicId;

    /// <summary>NUMA node.</summary>
    [FieldOffset(4)] public uint Node;
}
