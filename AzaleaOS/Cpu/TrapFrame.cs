using System.Runtime.InteropServices;

namespace AzaleaOS.Cpu;

/// <summary>The registers of interrupted code, as the interrupt and system-call entries store them.</summary>
/// <remarks>
/// Written by the assembler methods, low address first; the last five words are those the processor
/// pushes itself (SDM vol. 3A, 6.14.2). For a system call <see cref="Vector"/> is
/// <see cref="SystemCallVector"/> and <see cref="Error"/> is the number that was in rax.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct TrapFrame
{
    /// <summary>What <see cref="Vector"/> holds when the frame was made by a system call.</summary>
    internal const ulong SystemCallVector = 256;

    /// <summary>The same for the CALL form; only Vector, Error (the number), Rip and Rsp (where the call returns to) are valid then.</summary>
    internal const ulong CallVector = 257;

    internal ulong R15;
    internal ulong R14;
    internal ulong R13;
    internal ulong R12;
    internal ulong Rbp;
    internal ulong Rbx;
    internal ulong R11;
    internal ulong R10;
    internal ulong R9;
    internal ulong R8;
    internal ulong Rax;
    internal ulong Rcx;
    internal ulong Rdx;
    internal ulong Rsi;
    internal ulong Rdi;
    internal ulong Vector;
    internal ulong Error;
    internal ulong Rip;
    internal ulong Cs;
    internal ulong Rflags;
    internal ulong Rsp;
    internal ulong Ss;
}
