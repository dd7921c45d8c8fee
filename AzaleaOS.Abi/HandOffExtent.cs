using System.Runtime.InteropServices;

namespace AzaleaOS.Abi;

/// <summary>A range of lent memory.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct HandOffExtent
{
    /// <summary>Physical address; a multiple of 4 KiB.</summary>
    [FieldOffset(0)] public ulong Start;

    /// <summary>Bytes; a multiple of 4 KiB.</summary>
    [FieldOffset(8)] public ulong Length;

    /// <summary>NUMA node.</summary>
    [FieldOffset(16)] public uint Node;

    /// <summary>0.</summary>
    [FieldOffset(20)] public uint Reserved;
}
