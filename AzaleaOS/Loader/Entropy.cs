using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Files;

namespace AzaleaOS.Loader;

/// <summary>What nobody outside can know, for <see cref="RandomSource"/>.</summary>
/// <remarks>
/// The processor's generator where there is one. The time stamps and what the boot loader left are
/// stirred in as well: on a processor without a generator they are all there is.
/// </remarks>
internal static unsafe class Entropy
{
    private const int Words = 8;
    private const int Attempts = 16;

    /// <summary>Stirs it into the generator.</summary>
    internal static void Gather(in BootInfo info)
    {
        ulong* words = stackalloc ulong[Words];
        bool hasSeed = CpuFeatures.HasSeed;
        for (int i = 0; i < Words; i++)
        {
            words[i] = Hardware(hasSeed) ^ Instructions.ReadTimestamp();
        }

        RandomSource.Stir(new ReadOnlySpan<byte>(words, Words * sizeof(ulong)));
        ulong* told = stackalloc ulong[3] { info.EntryTimestamp, info.WallClock, Instructions.ReadTimestamp() };
        RandomSource.Stir(new ReadOnlySpan<byte>(told, 3 * sizeof(ulong)));
    }

    private static ulong Hardware(bool hasSeed)
    {
        ulong value = 0;
        for (int i = 0; hasSeed && i < Attempts; i++)
        {
            if (Instructions.ReadSeed(&value) != 0)
            {
                return value;
            }
        }

        for (int i = 0; CpuFeatures.HasRandom && i < Attempts; i++)
        {
            if (Instructions.ReadRandom(&value) != 0)
            {
                return value;
            }
        }

        return 0;
    }
}
