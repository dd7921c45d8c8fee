using System.Runtime.CompilerServices;

namespace AzaleaOS.Cpu;

/// <summary>The last instructions of a system call, behind the one that gives the application its flags back, and so allows interrupts.</summary>
/// <remarks>
/// What comes up from there on has to be found by the interrupt itself: the kernel has looked at its work before. What came while interrupts
/// were off, comes right there.
/// </remarks>
internal static unsafe class SystemCallTail
{
    // lea rsp, [rsp + 32 bits] (on the application's stack) or pop rsp (on the kernel's); and jmp rcx. Little-endian.
    private const uint LeaStack = 0x24a4_8d48;
    private const int LeaBytes = 8;
    private const byte PopStack = 0x5c;
    private const ushort JumpToCaller = 0xe1ff;

    /// <summary>Does what these instructions would have done: the frame is then one of the caller's.</summary>
    /// <returns>False, and nothing is changed, if the frame is of other code.</returns>
    internal static bool TryFinish(TrapFrame* frame)
    {
        byte* code = (byte*)frame->Rip;
        ulong stack = frame->Rsp;
        if (Unsafe.ReadUnaligned<uint>(code) == LeaStack)
        {
            stack += Unsafe.ReadUnaligned<uint>(code + sizeof(uint));
            code += LeaBytes;
        }
        else if (*code == PopStack)
        {
            stack = *(ulong*)stack;
            code++;
        }

        if (Unsafe.ReadUnaligned<ushort>(code) != JumpToCaller) return false;
        frame->Rsp = stack;
        frame->Rip = frame->Rcx;
        return true;
    }
}
