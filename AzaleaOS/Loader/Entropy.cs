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
    // The key takes four words at a time; six of the generator are half as many again as it holds.
    private const int Words = 8;
    private const int Told = 2;
    private const int Attempts = 16;

    /// <summary>Stirs it into the generator.</summary>
    internal static void Gather(in BootInfo info)
    {
        ulong* words = stackalloc ulong[Words];
        bool hasSeed = CpuFeatures.HasSeed;
        for (int i = 0; i < Words - Told; i++)
        {
            words[i] = Hardware(hasSeed) ^ Instructions.ReadTimestamp();
        }

        words[Words - 2] = info.EntryTimestamp;
        words[Words - 1] = info.WallClock;
        RandomSource.Stir(new ReadOnlySpan<byte>(words, Words * sizeof(ulong)));
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
