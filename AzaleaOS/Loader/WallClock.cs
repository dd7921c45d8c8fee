using AzaleaOS.Abi;
using AzaleaOS.Cpu;
using AzaleaOS.Memory;

namespace AzaleaOS.Loader;

/// <summary>The time of day: from whoever started us, from KVM, else from the machine's clock.</summary>
internal static unsafe class WallClock
{
    private static ulong s_told;
    private static ulong s_toldAt;

    /// <summary>Remembers what the starter said, or asks KVM, which is quickly done.</summary>
    /// <param name="info">What the starter said.</param>
    /// <param name="frequency">Ticks of the time-stamp counter in a second as far as that is known without measuring, else 0.</param>
    internal static void Start(in BootInfo info, out ulong frequency)
    {
        frequency = Tsc.KnownFrequency;
        s_told = info.WallClock;
        s_toldAt = info.WallClockTimestamp;
        if (s_told != 0 || !KvmClock.IsThere)
        {
            return;
        }

        void* page = Frames.TakePage();
        if (page == null)
        {
            return;
        }

        if (KvmClock.TryRead(page, (ulong)page - MemoryMap.DirectMapBase, out long wall, out ulong measured))
        {
            s_told = (ulong)wall;
            s_toldAt = Instructions.ReadTimestamp();
            if (frequency == 0)
            {
                frequency = measured;
                Tsc.Learn(measured);
            }
        }

        Frames.ReturnPage(page);
    }

    /// <summary>Nanoseconds since 1970 UTC, now.</summary>
    internal static long Read()
    {
        if (s_told == 0)
        {
            return RealTimeClock.Read() * Clock.Second;
        }

        ulong ticks = Instructions.ReadTimestamp() - s_toldAt;
        return (long)s_told + Clock.ToNanoseconds(ticks, Clock.RateOf(Tsc.Frequency));
    }
}
