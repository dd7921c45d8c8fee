using System.Runtime;
using System.Runtime.CompilerServices;

namespace AzaleaOS.Cpu;

/// <summary>Makes the <c>syscall</c> instruction reach the kernel's table.</summary>
/// <remarks>Source: SDM vol. 3A, 5.8.8. No sysret: the caller runs in ring 0 and is left by a jump.</remarks>
internal static unsafe class SystemCalls
{
    // What syscall clears: TF, IF, DF, IOPL, NT, RF, AC.
    private const ulong FlagMask = 0x100 | 0x200 | 0x400 | 0x3000 | 0x4000 | 0x1_0000 | 0x4_0000;

    /// <summary>Sets this core's registers.</summary>
    internal static void Enable()
    {
        Instructions.WriteMsr(Msr.Star, (ulong)SegmentTable.CodeSelector << 32);
        Instructions.WriteMsr(Msr.LongStar, (ulong)(delegate*<void>)&Entry);
        Instructions.WriteMsr(Msr.SystemCallFlagMask, FlagMask);
        Instructions.WriteMsr(Msr.Efer, Instructions.ReadMsr(Msr.Efer) | Msr.EferSystemCall);
    }

    [MethodImpl(MethodImplOptions.InternalCall)]
    [RuntimeImport("azalea_syscall_entry")]
    private static extern void Entry();
}
