using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>stack_t: where handlers with SA_ONSTACK run.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/signal.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct SignalStack
{
    /// <summary>Lowest address.</summary>
    [FieldOffset(0)] public ulong Base;

    /// <summary>SS_ constants.</summary>
    [FieldOffset(8)] public int Flags;

    /// <summary>Bytes.</summary>
    [FieldOffset(16)] public ulong Size;
}
