using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct rt_sigframe: what a handler finds at its stack pointer.</summary>
/// <remarks>Source: Linux, arch/x86/include/asm/sigframe.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 440)]
public struct RealTimeSignalFrame
{
    /// <summary>pretcode: where the handler returns to.</summary>
    [FieldOffset(0)] public ulong ReturnAddress;

    /// <summary>The third argument.</summary>
    [FieldOffset(8)] public UserContext Context;

    /// <summary>The second argument.</summary>
    [FieldOffset(312)] public SignalInformation Information;
}
