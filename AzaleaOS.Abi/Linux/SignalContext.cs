using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Linux;

/// <summary>struct sigcontext: the registers of interrupted code.</summary>
/// <remarks>Source: Linux, arch/x86/include/uapi/asm/sigcontext.h.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 256)]
public struct SignalContext
{
    /// <summary>r8.</summary>
    [FieldOffset(0)] public ulong R8;

    /// <summary>r9.</summary>
    [FieldOffset(8)] public ulong R9;

    /// <summary>r10.</summary>
    [FieldOffset(16)] public ulong R10;

    /// <summary>r11.</summary>
    [FieldOffset(24)] public ulong R11;

    /// <summary>r12.</summary>
    [FieldOffset(32)] public ulong R12;

    /// <summary>r13.</summary>
    [FieldOffset(40)] public ulong R13;

    /// <summary>r14.</summary>
    [FieldOffset(48)] public ulong R14;

    /// <summary>r15.</summary>
    [FieldOffset(56)] public ulong R15;

    /// <summary>rdi.</summary>
    [FieldOffset(64)] public ulong Rdi;

    /// <summary>rsi.</summary>
    [FieldOffset(72)] public ulong Rsi;

    /// <summary>rbp.</summary>
    [FieldOffset(80)] public ulong Rbp;

    /// <summary>rbx.</summary>
    [FieldOffset(88)] public ulong Rbx;

    /// <summary>rdx.</summary>
    [FieldOffset(96)] public ulong Rdx;

    /// <summary>rax.</summary>
    [FieldOffset(104)] public ulong Rax;

    /// <summary>rcx.</summary>
    [FieldOffset(112)] public ulong Rcx;

    /// <summary>rsp.</summary>
    [FieldOffset(120)] public ulong Rsp;

    /// <summary>rip.</summary>
    [FieldOffset(128)] public ulong Rip;

    /// <summary>rflags.</summary>
    [FieldOffset(136)] public ulong Rflags;

    /// <summary>cs.</summary>
    [FieldOffset(144)] public ushort Cs;

    /// <summary>gs: 0.</summary>
    [FieldOffset(146)] public ushort Gs;

    /// <summary>fs: 0.</summary>
    [FieldOffset(148)] public ushort Fs;

    /// <summary>ss.</summary>
    [FieldOffset(150)] public ushort Ss;

    /// <summary>Error code of the thread's last fault.</summary>
    [FieldOffset(152)] public ulong Error;

    /// <summary>Vector of the thread's last fault.</summary>
    [FieldOffset(160)] public ulong Trap;

    /// <summary>The mask, as in the ucontext.</summary>
    [FieldOffset(168)] public ulong OldMask;

    /// <summary>Address of the thread's last page fault.</summary>
    [FieldOffset(176)] public ulong Cr2;

    /// <summary>Where the state of the vector and floating-point units lies.</summary>
    [FieldOffset(184)] public ulong VectorState;
}
