using System.Runtime.InteropServices;
using AzaleaOS.Cpu;

namespace AzaleaOS.Signals;

/// <summary>xmm0 to xmm15 of the application, as every entry to the kernel keeps them right below the trap frame.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal unsafe struct XmmRegisters
{
    /// <summary>Those that belong to a frame.</summary>
    internal static XmmRegisters* Below(TrapFrame* frame) => (XmmRegisters*)frame - 1;
}
