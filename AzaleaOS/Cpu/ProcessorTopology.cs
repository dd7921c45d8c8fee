namespace AzaleaOS.Cpu;

/// <summary>Which cores share what: from CPUID and the cores' APIC ids.</summary>
/// <remarks>
/// An APIC id is made of the thread's number in its core, the core's in its package, and the package's. Where CPUID does not
/// say how many bits each has, every core is alone in its package.
/// Source: SDM vol. 3A, 9.9.3; vol. 2A, CPUID leaves 0Bh and 04h; AMD64 manual vol. 3, Fn8000_001D.
/// </remarks>
internal static class ProcessorTopology
{
    private const uint TopologyLeaf = 0xb;
    private const uint CacheLeaf = 4;
    private const uint AmdCacheLeaf = 0x8000_001d;
    private const uint HighestExtendedLeaf = 0x8000_0000;
    private const int MostCaches = 16;

    private static int s_threadBits = -1;
    private static int s_coreBits;

    /// <summary>The core's number in its package.</summary>
    internal static int CoreOf(int core) => (int)((ApicIdOf(core) >> ThreadBits) & ((1u << (s_coreBits - s_threadBits)) - 1));

    /// <summary>The number of its package.</summary>
    internal static int PackageOf(int core) => ThreadBits >= 0 ? (int)(ApicIdOf(core) >> s_coreBits) : 0;

    /// <summary>Whether two logical processors are threads of one core.</summary>
    internal static bool IsSameCore(int one, int other) => ApicIdOf(one) >> ThreadBits == ApicIdOf(other) >> ThreadBits;

    /// <summary>Whether it is the first thread of its core.</summary>
    internal static bool IsFirstThread(int core) => (ApicIdOf(core) & ((1u << ThreadBits) - 1)) == 0;

    /// <summary>Whether they are in one package.</summary>
    internal static bool IsSamePackage(int one, int other) => PackageOf(one) == PackageOf(other);

    /// <summary>Describes a cache of this machine's cores, which are taken to be alike.</summary>
    /// <param name="index">From 0.</param>
    /// <param name="cache">The cache.</param>
    /// <returns>False if there is no such cache.</returns>
    internal static bool TryGetCache(int index, out ProcessorCache cache)
    {
        cache = default;
        uint leaf = CpuFeatures.MaxLeaf >= CacheLeaf && (CpuIdResult.Of(CacheLeaf).Eax & 31) != 0 ? CacheLeaf
            : CpuIdResult.Of(HighestExtendedLeaf).Eax >= AmdCacheLeaf ? AmdCacheLeaf
            : 0;
        if (leaf == 0 || index >= MostCaches)
        {
            return false;
        }

        CpuIdResult answer = CpuIdResult.Of(leaf, (uint)index);
        cache.Type = (int)(answer.Eax & 31);
        cache.Level = (int)(answer.Eax >> 5 & 7);
        cache.LineBytes = (int)(answer.Ebx & 0xfff) + 1;
        cache.Ways = (int)(answer.Ebx >> 22) + 1;
        cache.Sets = (int)answer.Ecx + 1;
        cache.Bytes = (ulong)cache.LineBytes * (ulong)cache.Ways * (ulong)cache.Sets * ((answer.Ebx >> 12 & 0x3ff) + 1);
        cache.SharedBits = BitsFor((answer.Eax >> 14 & 0xfff) + 1);
        return cache.Type != 0;
    }

    /// <summary>Whether two logical processors share a cache.</summary>
    internal static bool Shares(in ProcessorCache cache, int one, int other) => ApicIdOf(one) >> cache.SharedBits == ApicIdOf(other) >> cache.SharedBits;

    /// <summary>The local APIC id of a core.</summary>
    internal static uint ApicIdOf(int core) => Cores.ApicIdOf(core);

    private static int ThreadBits
    {
        get
        {
            if (s_threadBits < 0)
            {
                Detect();
            }

            return s_threadBits;
        }
    }

    private static void Detect()
    {
        int threadBits = 0;
        int coreBits = 0;
        if (CpuFeatures.MaxLeaf >= TopologyLeaf && CpuIdResult.Of(TopologyLeaf).Ebx != 0)
        {
            threadBits = (int)(CpuIdResult.Of(TopologyLeaf).Eax & 31);
            coreBits = (int)(CpuIdResult.Of(TopologyLeaf, 1).Eax & 31);
        }

        s_coreBits = Math.Max(threadBits, coreBits);
        s_threadBits = threadBits;
    }

    private static int BitsFor(uint count)
    {
        int bits = 0;
        while (1u << bits < count)
        {
            bits++;
        }

        return bits;
    }
}
