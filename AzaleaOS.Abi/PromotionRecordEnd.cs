using System.Runtime.InteropServices;

namespace AzaleaOS.Abi;

/// <summary>The end of a module with a <see cref="PromotionRecord"/>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
public struct PromotionRecordEnd
{
    /// <summary>"azpromo" and a zero byte, little-endian.</summary>
    public const ulong MagicNumber = 0x006f_6d6f_7270_7a61;

    /// <summary>How many bytes the record has, this structure included.</summary>
    [FieldOffset(0)] public ulong Bytes;

    /// <summary>Is <see cref="MagicNumber"/>.</summary>
    [FieldOffset(8)] public ulong Magic;
}
