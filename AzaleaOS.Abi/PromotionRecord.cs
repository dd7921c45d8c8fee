using System.Runtime.InteropServices;

namespace AzaleaOS.Abi;

/// <summary>How a program of a boot archive is promoted when it is loaded, behind the archive. The program's file stays as it is.</summary>
/// <remarks>
/// Behind this structure stand <see cref="Words"/> of <see cref="PromotedWord"/>, then <see cref="AddedBytes"/> bytes: what promotion adds to the file
/// behind its last whole page, with all program headers first. Last in the module is a <see cref="PromotionRecordEnd"/>.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct PromotionRecord
{
    /// <summary>What is added to a file counts as standing at the next multiple of this, in bytes.</summary>
    public const ulong Alignment = 4096;

    /// <summary>Where in the module the bytes of the program's file begin.</summary>
    [FieldOffset(0)] public ulong ProgramOffset;

    /// <summary>How many bytes that file has.</summary>
    [FieldOffset(8)] public ulong ProgramBytes;

    /// <summary>How many words of the program's code are replaced.</summary>
    [FieldOffset(16)] public uint Words;

    /// <summary>How many program headers the promoted program has.</summary>
    [FieldOffset(20)] public uint Headers;

    /// <summary>How many bytes are added.</summary>
    [FieldOffset(24)] public ulong AddedBytes;
}
