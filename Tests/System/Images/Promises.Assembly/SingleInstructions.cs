using AzaleaOS.Build.Assembler;
using AzaleaOS.Plugs;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Tests.Promises.Assembly;

/// <summary>Single instructions that C# does not emit.</summary>
internal static class SingleInstructions
{
    /// <summary>Raises an invalid-opcode exception.</summary>
    [AssemblerMethod("azalea_test_invalid_opcode")]
    internal static void InvalidOpcode(KernelAssembler a)
    {
        a.ud2();
        a.ret();
    }

    /// <summary>Raises a breakpoint exception.</summary>
    [AssemblerMethod("azalea_test_breakpoint")]
    internal static void Breakpoint(KernelAssembler a)
    {
        a.int3();
        a.ret();
    }

    /// <summary>Adds 1 to each of eight floats in memory with one 256-bit instruction.</summary>
    /// <remarks>In: rdi the floats; rsi eight ones.</remarks>
    [AssemblerMethod("azalea_test_avx")]
    internal static void Avx(KernelAssembler a)
    {
        a.vmovups(ymm0, __[rdi]);
        a.vaddps(ymm0, ymm0, __[rsi]);
        a.vmovups(__[rdi], ymm0);
        a.vzeroupper();
        a.ret();
    }
}
