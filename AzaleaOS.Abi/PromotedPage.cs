using System.Runtime.InteropServices;

namespace AzaleaOS.Abi;

/// <summary>A page of a program's file that is another when the program is promoted.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct PromotedPage
{
    /// <summary>Where it begins in the file, a multiple of 4096.</summary>
    [FieldOffset(0)] public ulong Offset;

    /// <summary>Where in the file eight bytes are that tell whether the record is about this file; not aligned.</summary>
    [FieldOffset(8)] public ulong Mark;

    /// <summary>What the file has there.</summary>
    [FieldOffset(16)] public ulong Old;
}
