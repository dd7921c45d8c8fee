using System.Collections.Generic;
using System.Linq;
using AzaleaOS.Build.Assembler;
using AzaleaOS.Cpu;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Plugs.Assembler;

/// <summary>How <see cref="TrapFrame"/> comes about by pushes.</summary>
internal static class TrapFrameLayout
{
    /// <summary>The general registers in the order in which they are pushed, behind the vector.</summary>
    internal static readonly AssemblerRegister64[] PushOrder = [.. OrderByOffset()];

    /// <summary>The same backwards.</summary>
    internal static readonly AssemblerRegister64[] PopOrder = [.. OrderByOffset().Reverse()];

    /// <summary>Offset of the vector: the first word that is not pushed by <see cref="PushOrder"/>.</summary>
    internal static readonly int VectorOffset = Offset.Of<TrapFrame>(nameof(TrapFrame.Vector));

    /// <summary>Offset of the five words that IRETQ pops.</summary>
    internal static readonly int RipOffset = Offset.Of<TrapFrame>(nameof(TrapFrame.Rip));

    // From the struct itself, so that a field that moves there moves here.
    private static IEnumerable<AssemblerRegister64> OrderByOffset()
    {
        (AssemblerRegister64 Register, int Offset)[] fields =
        [
            (rax, Offset.Of<TrapFrame>(nameof(TrapFrame.Rax))),
            (rbx, Offset.Of<TrapFrame>(nameof(TrapFrame.Rbx))),
            (rcx, Offset.Of<TrapFrame>(nameof(TrapFrame.Rcx))),
            (rdx, Offset.Of<TrapFrame>(nameof(TrapFrame.Rdx))),
            (rsi, Offset.Of<TrapFrame>(nameof(TrapFrame.Rsi))),
            (rdi, Offset.Of<TrapFrame>(nameof(TrapFrame.Rdi))),
            (rbp, Offset.Of<TrapFrame>(nameof(TrapFrame.Rbp))),
            (r8, Offset.Of<TrapFrame>(nameof(TrapFrame.R8))),
            (r9, Offset.Of<TrapFrame>(nameof(TrapFrame.R9))),
            (r10, Offset.Of<TrapFrame>(nameof(TrapFrame.R10))),
            (r11, Offset.Of<TrapFrame>(nameof(TrapFrame.R11))),
            (r12, Offset.Of<TrapFrame>(nameof(TrapFrame.R12))),
            (r13, Offset.Of<TrapFrame>(nameof(TrapFrame.R13))),
            (r14, Offset.Of<TrapFrame>(nameof(TrapFrame.R14))),
            (r15, Offset.Of<TrapFrame>(nameof(TrapFrame.R15))),
        ];
        return fields.OrderByDescending(f => f.Offset).Select(f => f.Register);
    }
}
