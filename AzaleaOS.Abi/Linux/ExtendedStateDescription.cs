using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct _fpx_sw_bytes: in the unused end of an FXSAVE area, says that an XSAVE area follows.</summary>
/// <remarks>Source: Linux, arch/x86/include/uapi/asm/sigcontext.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 48)]
public struct ExtendedStateDescription
{
    /// <summary>FP_XSTATE_MAGIC1.</summary>
    public const uint FirstMagic = 0x4650_5853;

    /// <summary>FP_XSTATE_MAGIC2, the four bytes behind the area.</summary>
    public const uint SecondMagic = 0x4650_5845;

    /// <summary>Where it lies in the FXSAVE area.</summary>
    public const int Offset = 464;

    /// <summary>magic1.</summary>
    [FieldOffset(0)] public uint Magic;

    /// <summary>extended_size: bytes with the second magic number.</summary>
    [FieldOffset(4)] public uint ExtendedSize;

    /// <summary>xfeatures: components of the area.</summary>
    [FieldOffset(8)] public ulong Components;

    /// <summary>xstate_size: bytes of the area.</summary>
    [FieldOffset(16)] public uint AreaSize;
}
