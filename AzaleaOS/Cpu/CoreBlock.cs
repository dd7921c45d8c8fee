using System.Runtime.InteropServices;
using AzaleaOS.Threads;

namespace AzaleaOS.Cpu;

/// <summary>All that belongs to one core. GS points at it from the core's first C# instruction on.</summary>
/// <remarks>
/// Written by: the owning core alone, except where a field says otherwise. The first fields are
/// read by assembler methods through their offsets; everything else is reached from
/// <see cref="Current"/>.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CoreBlock
{
    /// <summary>This block's own address, so that one GS-relative load finds it.</summary>
    internal CoreBlock* Self;

    /// <summary>Top of the running thread's kernel stack: where system calls that are no leaves run.</summary>
    internal ulong KernelStackTop;

    /// <summary>Scratch for the system-call entry: the caller's rsp, until it is stored in the frame.</summary>
    internal ulong CallerStack;

    /// <summary>The thread that runs on this core.</summary>
    internal Thread* Running;

    /// <summary>0 for the boot core, then 1, 2, ... in the order of the firmware's table.</summary>
    internal int Index;

    /// <summary>The local APIC id.</summary>
    internal uint ApicId;

    /// <summary>This core's block.</summary>
    internal static CoreBlock* Current => (CoreBlock*)Instructions.ReadGs(0);
}
