using AzaleaOS.Build.Assembler;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.CoreLib;

/// <summary>The symbols that ilc's own code refers to and that the managed runtime would define.</summary>
internal static class CompilerSymbols
{
    // No byte of a C string that runs over can be 0, LF or CR and leave the cookie as it was.
    private const ulong CookieValue = 0x0d0a_00ff_5a1e_a0d5;

    private const int PageSize = 4096;

    // Above a return address and one saved register.
    private const int CallerStack = 16;

    /// <summary>What methods with stackalloc put between their buffers and their return address, and compare before they return.</summary>
    [AssemblerMethod("__security_cookie", Alignment = 8, Section = ".data")]
    internal static void SecurityCookie(KernelAssembler a) => a.Quadword(CookieValue);

    /// <summary>Touches each page of a large frame, so that a stack that is too small ends at its guard page.</summary>
    /// <remarks>
    /// In: r11 the stack pointer that the caller wants, a page or more below rsp. Clobbers nothing but flags: the
    /// caller's arguments are in their registers.
    /// </remarks>
    [AssemblerMethod("RhpStackProbe")]
    internal static void StackProbe(KernelAssembler a)
    {
        Label next = a.CreateLabel();
        a.push(rax);
        a.lea(rax, __[rsp + CallerStack]);
        a.and(rax, -PageSize);
        a.Label(ref next);
        a.sub(rax, PageSize);
        a.test(__byte_ptr[rax], al);
        a.cmp(rax, r11);
        a.ja(next);
        a.pop(rax);
        a.ret();
    }

    /// <summary>Entering a method with [UnmanagedCallersOnly]: there is no collector to tell.</summary>
    [AssemblerMethod("RhpReversePInvoke")]
    internal static void ReversePInvoke(KernelAssembler a) => a.ret();

    /// <summary>Leaving it again.</summary>
    [AssemblerMethod("RhpReversePInvokeReturn")]
    internal static void ReversePInvokeReturn(KernelAssembler a) => a.ret();
}
