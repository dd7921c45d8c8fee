using System.Runtime.InteropServices;

namespace AzaleaOS.Abi;

/// <summary>Eight bytes of a program that are others when it is promoted.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct PromotedWord
{
    /// <summary>Where they are in the file; not aligned.</summary>
    [FieldOffset(0)] public ulong Offset;

    /// <summary>What the file has there.</summary>
    [FieldOffset(8)] public ulong Old;

    /// <summary>What the promoted program has there. Where words overlap they agree.</summary>
    [FieldOffset(16)] public ulong New;
}
