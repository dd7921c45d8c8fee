using System.Runtime.InteropServices;

namespace AzaleaOS.Abi;

/// <summary>What a program whose <c>syscall</c> sites were promoted tells the loader, in a segment of this type.</summary>
/// <remarks>
/// Behind it, in the same segment, stand <see cref="Count"/> offsets of four bytes: where the tail of each stub is, counted from the table's
/// own address. In the file a tail is a <c>syscall</c> and a <c>ret</c>, so the program runs on Linux as well. The loader writes
/// <c>cli; jmp [Entry]</c> over each tail, unless a <see cref="PromotionRecord"/> has it there already, and into <see cref="Entry"/> the address of the kernel's entry.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct PromotionTable
{
    /// <summary>p_type, in the range that System V ABI leaves to operating systems: "azlp".</summary>
    public const uint SegmentType = 0x617a6c70;

    /// <summary>The first three bytes of a tail in the file, little-endian: syscall, ret.</summary>
    public const uint Tail = 0xc3050f;

    /// <summary>Bytes of a tail, in the file filled with int3.</summary>
    public const int TailBytes = 7;

    /// <summary>What the loader writes first, little-endian: cli, jmp [rip + four bytes that follow].</summary>
    public const uint ConnectedTail = 0x25fffa;

    /// <summary>Where in a tail the four bytes are that follow.</summary>
    public const int JumpDistanceOffset = 3;

    /// <summary>How far the stub of a site is behind it, bytes, at least; at most 65,535 more.</summary>
    /// <remarks>
    /// A site is <c>E8 xx xx 0F 05</c>. The last two bytes are still the <c>syscall</c> that stood there, so a branch to it, and a kernel
    /// that makes an interrupted call again, find it in its place.
    /// </remarks>
    public const int Distance = 0x050f_0000;

    /// <summary>Where the stubs jump to; 0 in the file.</summary>
    [FieldOffset(0)] public ulong Entry;

    /// <summary>How many stubs there are.</summary>
    [FieldOffset(8)] public uint Count;
}
