using System.Runtime.InteropServices;

namespace AzaleaOS.Abi;

/// <summary>A file the Sideloader put into lent memory.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct HandOffModule
{
    /// <summary>Physical address.</summary>
    [FieldOffset(0)] public ulong Start;

    /// <summary>Bytes.</summary>
    [FieldOffset(8)] public ulong Length;

    /// <summary>Offset of its name in the block.</summary>
    [FieldOffset(16)] public uint NameOffset;

    /// <summary>Bytes of its name.</summary>
    [FieldOffset(20)] public uint NameLength;
}
