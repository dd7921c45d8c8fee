using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct ucontext as the kernel writes it.</summary>
/// <remarks>Source: Linux, include/uapi/asm-generic/ucontext.h, arch/x86/include/uapi/asm/ucontext.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 304)]
public struct UserContext
{
    /// <summary>UC_FP_XSTATE: the vector state has an XSAVE area.</summary>
    public const ulong HasExtendedState = 1;

    /// <summary>UC_SIGCONTEXT_SS: ss is valid.</summary>
    public const ulong HasStackSegment = 2;

    /// <summary>UC_STRICT_RESTORE_SS: ss is restored as it is.</summary>
    public const ulong RestoresStackSegment = 4;

    /// <summary>uc_flags.</summary>
    [FieldOffset(0)] public ulong Flags;

    /// <summary>uc_link: 0.</summary>
    [FieldOffset(8)] public ulong Link;

    /// <summary>uc_stack: the alternate stack.</summary>
    [FieldOffset(16)] public SignalStack Stack;

    /// <summary>uc_mcontext.</summary>
    [FieldOffset(40)] public SignalContext Registers;

    /// <summary>uc_sigmask: what is blocked after the handler.</summary>
    [FieldOffset(296)] public ulong Mask;
}
