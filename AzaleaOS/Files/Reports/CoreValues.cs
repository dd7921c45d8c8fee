using AzaleaOS.Cpu;
using AzaleaOS.Threads;

namespace AzaleaOS.Files.Reports;

/// <summary>What /proc and /sys say of one core and of its caches.</summary>
internal static class CoreValues
{
    private const long Tick = Clock.Second / 100;

    /// <summary>A number. Small letters are of the core that the argument's last number is, capital ones of the cache, and the core is the number before.</summary>
    internal static ulong Of(byte item, ulong argument)
    {
        int core = ReportEntry.Last(argument);
        switch ((char)item)
        {
            case 'i':
                return (ulong)core;
            case 'a':
                return ProcessorTopology.ApicIdOf(core);
            case 'c':
                return (ulong)ProcessorTopology.CoreOf(core);
            case 'p':
                return (ulong)ProcessorTopology.PackageOf(core);
            case 's':
                return (ulong)CoreSets.Count((byte)'P', argument);
            case 'u':
                return (ulong)(CoreSets.Count((byte)'P', argument) / CoreSets.Count((byte)'t', argument));
            case 't':
                return (ulong)(CpuTime.OfCore(core) / Tick);
            case 'w':
                return (ulong)(Math.Max(0, Clock.Monotonic() - CpuTime.OfCore(core)) / Tick);
        }

        ProcessorTopology.TryGetCache(core, out ProcessorCache cache);
        return (char)item switch
        {
            'L' => (ulong)cache.Level,
            'Z' => cache.Bytes,
            'W' => (ulong)cache.Ways,
            'S' => (ulong)cache.Sets,
            'T' => (ulong)cache.Type,
            'Y' => (ulong)cache.LineBytes,
            _ => ProcessorTopology.ApicIdOf(ReportEntry.First(argument)) >> cache.SharedBits,
        };
    }
}
