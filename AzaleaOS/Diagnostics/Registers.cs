using System.Runtime;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AzaleaOS.Diagnostics;

/// <summary>The registers of code that a report is about.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Registers
{
    internal ulong Rax;
    internal ulong Rbx;
    internal ulong Rcx;
    internal ulong Rdx;
    internal ulong Rsi;
    internal ulong Rdi;
    internal ulong Rbp;
    internal ulong Rsp;
    internal ulong R8;
    internal ulong R9;
    internal ulong R10;
    internal ulong R11;
    internal ulong R12;
    internal ulong R13;
    internal ulong R14;
    internal ulong R15;
    internal ulong Rip;
    internal ulong Rflags;

    /// <summary>
    /// Stores the caller's registers: rip is the address the call returns to, rsp what it is then.
    /// </summary>
    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_capture_registers")]
    internal static extern void Capture(Registers* registers);
}
