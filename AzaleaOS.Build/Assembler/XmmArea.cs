using System.Numerics;
using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace AzaleaOS.Build.Assembler;

/// <summary>The xmm registers at the top of the stack. The kernel is SSE2 code, which leaves the upper parts of wider registers alone.</summary>
/// <remarks>Source: SDM vol. 1, 14.1.2 (legacy SSE instructions do not modify the upper bits).</remarks>
public static class XmmArea
{
    /// <summary>Bytes for all of them.</summary>
    public const int Size = Registers * Width;

    /// <summary>All registers: bit n is xmm n.</summary>
    public const ushort All = 0xffff;

    private const int Registers = 16;
    private const int Width = 16;

    /// <summary>Bytes for the registers in a mask: a multiple of 16.</summary>
    public static int SizeOf(ushort mask) => BitOperations.PopCount(mask) * Width;

    /// <summary>Stores the registers in a mask from rsp (a multiple of 16) up, without gaps.</summary>
    public static void Save(KernelAssembler a, ushort mask)
    {
        int offset = 0;
        foreach (AssemblerRegisterXMM register in In(mask))
        {
            a.movaps(__xmmword_ptr[rsp + offset], register);
            offset += Width;
        }
    }

    /// <summary>Loads them again.</summary>
    public static void Restore(KernelAssembler a, ushort mask)
    {
        int offset = 0;
        foreach (AssemblerRegisterXMM register in In(mask))
        {
            a.movaps(register, __xmmword_ptr[rsp + offset]);
            offset += Width;
        }
    }

    private static IEnumerable<AssemblerRegisterXMM> In(ushort mask)
    {
        for (int i = 0; i < Registers; i++)
        {
            if ((mask >> i & 1) != 0)
                yield return new AssemblerRegisterXMM(Register.XMM0 + i);
        }
    }
}
