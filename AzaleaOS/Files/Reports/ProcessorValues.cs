using AzaleaOS.Cpu;

namespace AzaleaOS.Files.Reports;

/// <summary>What CPUID says of the cores, which are alike.</summary>
/// <remarks>Source: SDM vol. 2A, CPUID; names: Linux, arch/x86/include/asm/cpufeatures.h.</remarks>
internal static unsafe class ProcessorValues
{
    private const uint BrandLeaf = 0x8000_0002;
    private const uint AddressLeaf = 0x8000_0008;
    private const ulong MegahertzHundredth = 10_000;

    // A line for each word of flags, in Linux's order: leaf and register, X for leaf 80000001h, and the names from bit 0 on.
    private static ReadOnlySpan<byte> FlagNames => """
        1 d fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 - clflush - - - mmx fxsr sse sse2 ss ht
        X d - - - - - - - - - - - syscall - - - - - - - - nx - - - - - pdpe1gb rdtscp - lm
        1 c pni pclmulqdq - monitor - vmx - - - ssse3 - - fma cx16 - - - pcid - sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - avx f16c rdrand hypervisor
        X c lahf_lm - svm - - abm sse4a - 3dnowprefetch
        7 b fsgsbase tsc_adjust - bmi1 hle avx2 - smep bmi2 erms invpcid rtm - - mpx - avx512f avx512dq rdseed adx smap avx512ifma - clflushopt clwb - avx512pf avx512er avx512cd sha_ni avx512bw avx512vl
        7 c - avx512vbmi umip pku - - avx512_vbmi2 - gfni vaes vpclmulqdq avx512_vnni avx512_bitalg - avx512_vpopcntdq - la57


        """u8;

    /// <summary>A number.</summary>
    internal static ulong Of(byte item)
    {
        CpuIdResult version = CpuIdResult.Of(1);
        uint sizes = CpuIdResult.Of(AddressLeaf).Eax;
        switch ((char)item)
        {
            case 'f':
                return CpuFeatures.Family;
            case 'm':
                return ((version.Eax >> 4) & 0xf) | ((version.Eax >> 12) & 0xf0);
            case 's':
                return version.Eax & 0xf;
            case 'l':
                return CpuFeatures.MaxLeaf;
            case 'c':
                return ((version.Ebx >> 8) & 0xff) * 8;
            case 'P':
                return sizes & 0xff;
            case 'V':
                return (sizes >> 8) & 0xff;
            case 'M':
                return Tsc.Frequency / MegahertzHundredth;
            case 'B':
                return 2 * Tsc.Frequency / MegahertzHundredth;
        }

        ulong bytes = 0;
        for (int i = 0; ProcessorTopology.TryGetCache(i, out ProcessorCache cache); i++)
        {
            bytes = cache.Bytes;
        }

        return bytes;
    }

    /// <summary>The model's name, or the maker's twelve letters.</summary>
    internal static void WriteName(ReportText* text, bool isBrand)
    {
        long start = text->Length;
        uint leaf = isBrand ? BrandLeaf : 0;
        for (; leaf is 0 or (>= BrandLeaf and < BrandLeaf + 3); leaf++)
        {
            CpuIdResult answer = CpuIdResult.Of(leaf);
            if (!isBrand)
            {
                // The letters are in ebx, edx, ecx.
                answer = new CpuIdResult { Eax = answer.Ebx, Ebx = answer.Edx, Ecx = answer.Ecx };
            }

            byte* letters = (byte*)&answer;
            for (int i = 0; i < sizeof(CpuIdResult); i++)
            {
                // Some have spaces in front; what is left at the end is zeros.
                if (letters[i] != 0 && (letters[i] != ' ' || text->Length > start))
                {
                    text->Append(letters[i]);
                }
            }
        }
    }

    /// <summary>The names of what it can do.</summary>
    internal static void WriteFlags(ReportText* text)
    {
        long start = text->Length;
        fixed (byte* first = FlagNames)
        {
            byte* at = first;
            while (*at != '\n')
            {
                uint word = WordOf(at[0], at[2]);
                at += 3;
                for (; *at++ == ' '; word >>= 1)
                {
                    bool isShown = (word & 1) != 0 && *at != '-';
                    if (isShown && text->Length > start)
                    {
                        text->Append((byte)' ');
                    }

                    for (; *at > ' '; at++)
                    {
                        if (isShown)
                        {
                            text->Append(*at);
                        }
                    }
                }
            }
        }
    }

    private static uint WordOf(byte leaf, byte register)
    {
        const uint ExtendedLeaf = 0x8000_0001;
        uint number = leaf == 'X' ? ExtendedLeaf : leaf - (uint)'0';
        if (leaf != 'X' && number > CpuFeatures.MaxLeaf)
        {
            return 0;
        }

        CpuIdResult answer = CpuIdResult.Of(number);
        return register switch
        {
            (byte)'b' => answer.Ebx,
            (byte)'c' => answer.Ecx,
            _ => answer.Edx,
        };
    }
}
