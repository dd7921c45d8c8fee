using AzaleaOS.Build.Assembler;
using AzaleaOS.Plugs;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Unit.Assembler;

/// <summary>Mistakes that <see cref="AssemblerMethodsTests"/> expects to be told of. This assembly is never part of an image.</summary>
internal static class BrokenAssemblerMethods
{
    [AssemblerMethod("wants_no_assembler")]
    internal static void WantsNoAssembler()
    {
    }

    [AssemblerMethod("returns_a_value")]
    internal static int ReturnsAValue(KernelAssembler a) => a.Bitness;

    [AssemblerMethod("calls_nowhere")]
    internal static void CallsNowhere(KernelAssembler a)
        => a.call(a[".nowhere"]);

    [AssemblerMethod("throws")]
    internal static void Throws(KernelAssembler a)
    {
        a.mov(rax, a["x"]);
        throw new InvalidOperationException("no such operand");
    }

    [AssemblerMethod("no_such_field")]
    internal static void NoSuchField(KernelAssembler a)
        => a.mov(rax, __[rdi + Offset.Of<DateTime>("_ticks")]);
}
