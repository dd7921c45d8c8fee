using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct sigaction as the kernel knows it.</summary>
/// <remarks>Source: Linux, arch/x86/include/uapi/asm/signal.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 32)]
public struct SignalAction
{
    /// <summary>Address, or 0 for the default, or 1 to ignore.</summary>
    [FieldOffset(0)] public ulong Handler;

    /// <summary>SA_ constants.</summary>
    [FieldOffset(8)] public ulong Flags;

    /// <summary>Where a handler returns to.</summary>
    [FieldOffset(16)] public ulong Restorer;

    /// <summary>Signals held back while the handler runs.</summary>
    [FieldOffset(24)] public ulong Mask;
}
