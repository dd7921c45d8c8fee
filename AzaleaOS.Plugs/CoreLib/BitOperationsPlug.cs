using System.Numerics;

namespace AzaleaOS.Plugs.CoreLib;

/// <summary>Bit counts that do not ask at run time whether the processor has an instruction for them.</summary>
/// <remarks>The question is a load and a test of a table that only the managed runtime fills.</remarks>
[Plug(typeof(BitOperations))]
public static class BitOperationsPlug
{
    /// <summary>The number of bits that are set.</summary>
    public static int PopCount(uint value)
    {
        // Sums of 2, 4 and 8 bits side by side; the product adds the bytes up in the highest one.
        value -= (value >> 1) & 0x5555_5555;
        value = (value & 0x3333_3333) + ((value >> 2) & 0x3333_3333);
        return (int)((((value + (value >> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >> 24);
    }

    /// <summary>The number of bits that are set.</summary>
    public static int PopCount(ulong value)
    {
        value -= (value >> 1) & 0x5555_5555_5555_5555;
        value = (value & 0x3333_3333_3333_3333) + ((value >> 2) & 0x3333_3333_3333_3333);
        return (int)((((value + (value >> 4)) & 0x0f0f_0f0f_0f0f_0f0f) * 0x0101_0101_0101_0101) >> 56);
    }
}
