using System.Runtime.InteropServices;

namespace AzaleaOS.Threads;

/// <summary>What lies on the stack of a thread that does not run, low address first.</summary>
/// <remarks>The layout is that of <see cref="ContextSwitch.To"/>.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal struct SavedRegisters
{
    internal ulong R15;
    internal ulong R14;
    internal ulong R13;
    internal ulong R12;
    internal ulong Rbp;
    internal ulong Rbx;
    internal ulong Return;
}
