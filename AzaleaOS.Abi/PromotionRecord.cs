using System.Runtime.InteropServices;

namespace AzaleaOS.Abi;

/// <summary>How a program of a boot archive is promoted when it is loaded, behind the archive. The program's file stays as it is.</summary>
/// <remarks>
/// Behind this structure stand <see cref="Pages"/> of <see cref="PromotedPage"/>, by ascending offset. From the next multiple of <see cref="Alignment"/> on,
/// counted from the record's first byte, stand those pages as the promoted program has them, then <see cref="AddedBytes"/> bytes: what promotion adds to the
/// file behind its last whole page, with all program headers first, and with stubs that jump by <see cref="PromotionTable.Entry"/> already. Last in the module is
/// a <see cref="PromotionRecordEnd"/>. Where the record begins a page of memory, its pages are mapped where they are.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct PromotionRecord
{
    /// <summary>What is added to a file counts as standing at the next multiple of this, in bytes; also what a page has.</summary>
    public const ulong Alignment = 4096;

    /// <summary>Where in the module the bytes of the program's file begin.</summary>
    [FieldOffset(0)] public ulong ProgramOffset;

    /// <summary>How many bytes that file has.</summary>
    [FieldOffset(8)] public ulong ProgramBytes;

    /// <summary>How many pages of the program's code are replaced.</summary>
    [FieldOffset(16)] public uint Pages;

    /// <summary>How many program headers the promoted program has.</summary>
    [FieldOffset(20)] public uint Headers;

    /// <summary>How many bytes are added.</summary>
    [FieldOffset(24)] public ulong AddedBytes;
}
