namespace AzaleaOS.Cpu;

/// <summary>This core's timer: one interrupt at a given time-stamp, then nothing.</summary>
/// <remarks>
/// Fires at the time-stamp itself where the processor can (TSC-deadline mode); else the local APIC
/// counts down at a rate that is measured when first needed, against a countdown that started at boot.
/// Source: SDM vol. 3A, 11.5.4.
/// </remarks>
internal static unsafe class OneShotTimer
{
    private const int RateShift = 32;

    // How far apart two readings have to be, for the rate to be exact: a second has as many of them.
    private const ulong SpansPerSecond = 1000;

    // How exactly the two counters have to be read at the same time: a host may stop the core in between for as long as it likes.
    private const int Exactness = 256;

    // How often a timer is armed nearly before the rate is measured, whatever that takes: a nap that the host made long says little.
    private const int MostNearly = 64;

    // Countdown ticks per TSC tick, in units of 2^-32; 0 until measured. Written by the boot core.
    private static ulong s_rate;

    // The same, at most: by how long a nap took.
    private static ulong s_rateAtMost;

    // The boot core's countdown by which the rate can be measured, if it counts one.
    private static bool s_isCounting;
    private static uint s_startCount;
    private static ulong s_startTsc;
    private static ulong s_startError;
    private static int s_nearly;

    /// <summary>Starts the countdown by which the rate will be measured, on the boot core.</summary>
    internal static void Start()
    {
        if (CpuFeatures.HasTscDeadline) return;
        StartCounting(uint.MaxValue, interrupt: false);
    }

    /// <summary>Lets the timer of this core fire when the TSC reaches a value; at once if that is past.</summary>
    internal static void Arm(ulong deadline)
    {
        if (CpuFeatures.HasTscDeadline)
        {
            LocalApic.UseDeadline(Vector.Timer);
            Instructions.WriteMsr(Msr.TscDeadline, deadline == 0 ? 1 : deadline);
            return;
        }
        if (s_rate == 0) ColdCall.Invoke(&FindRate, null);
        CountDownTo(deadline, s_rate);
    }

    /// <summary>The same, for who does not mind to be woken too early while the countdown's rate is not exactly known.</summary>
    internal static void ArmNearly(ulong deadline)
    {
        if (CpuFeatures.HasTscDeadline || s_rate != 0 || s_rateAtMost == 0 || CanMeasure(Tsc.KnownFrequency / SpansPerSecond) || ++s_nearly > MostNearly) Arm(deadline);
        else CountDownTo(deadline, s_rateAtMost);
    }

    /// <summary>Lets the timer of this core fire in some microseconds, whatever it was armed for. For interrupt handlers, and before anything was measured.</summary>
    /// <param name="times">How many times as long.</param>
    /// <param name="more">A little longer: this many of the least steps.</param>
    internal static void ArmShortly(uint times = 1, uint more = 0) => ArmFor(times, more, Vector.Timer);

    /// <summary>Halts for a while: until the timer fires, or another interrupt comes. Before anything was measured.</summary>
    /// <param name="times">How long, in steps of some microseconds.</param>
    /// <returns>False, at once, where interrupts are off.</returns>
    internal static bool TryNap(uint times)
    {
        const ulong InterruptsOn = 1 << 9;
        if ((Instructions.ReadFlags() & InterruptsOn) == 0) return false;
        Instructions.DisableInterrupts();

        // What the timer was armed for is forgotten: as after each of its interrupts the scheduler arms it again, on the way out.
        CoreWork.Request(CoreBlock.Current, CoreWork.Timer);
        ulong start = Instructions.ReadTimestamp();
        uint count = ArmFor(times, 0, Vector.Nap);
        Instructions.EnableInterruptsAndHalt();
        if (CpuFeatures.HasTscDeadline) return true;

        // It cannot have taken less than this.
        ulong took = Instructions.ReadTimestamp() - start;
        if (LocalApic.Countdown == 0) s_rateAtMost = Math.Max(s_rateAtMost, ((ulong)count << RateShift) / Math.Max(1, took));
        if (CoreBlock.Current == BootCore.Block) Start();
        return true;
    }

    /// <summary>The timer of this core will not fire.</summary>
    internal static void Disarm()
    {
        if (CpuFeatures.HasTscDeadline) Instructions.WriteMsr(Msr.TscDeadline, 0);
        else
        {
            StopCounting();
            LocalApic.StopCountdown();
        }
    }

    /// <summary>Countdown ticks for TSC ticks: at least one, at most what the counter holds.</summary>
    /// <param name="tscTicks">How long.</param>
    /// <param name="rate">Countdown ticks per TSC tick, in units of 2^-32; at most 2^32.</param>
    internal static uint ToCount(ulong tscTicks, ulong rate)
    {
        if (tscTicks > ulong.MaxValue / rate) return uint.MaxValue;
        ulong count = (tscTicks * rate) >> RateShift;
        return count == 0 ? 1 : (uint)count;
    }

    private static uint ArmFor(uint times, uint more, int vector)
    {
        uint count = (500 * times) + more;
        if (!CpuFeatures.HasTscDeadline)
        {
            StopCounting();
            LocalApic.StartCountdown(count, vector);
            return count;
        }
        LocalApic.UseDeadline(vector);
        Instructions.WriteMsr(Msr.TscDeadline, Instructions.ReadTimestamp() + (20 * (ulong)count));
        return count;
    }

    private static void CountDownTo(ulong deadline, ulong rate)
    {
        ulong now = Instructions.ReadTimestamp();
        StartCounting(ToCount(deadline > now ? deadline - now : 0, rate), interrupt: true);
    }

    private static void StartCounting(uint count, bool interrupt)
    {
        if (s_rate == 0 && CoreBlock.Current == BootCore.Block)
        {
            s_startCount = count;
            s_startTsc = Instructions.ReadTimestamp();
            s_isCounting = true;
            LocalApic.StartCountdown(count, interrupt ? Vector.Timer : 0);
            s_startError = Instructions.ReadTimestamp() - s_startTsc;
            return;
        }
        LocalApic.StartCountdown(count, interrupt ? Vector.Timer : 0);
    }

    // The boot core counts down for something else.
    private static void StopCounting()
    {
        if (s_isCounting && CoreBlock.Current == BootCore.Block) s_isCounting = false;
    }

    // Whether the countdown that runs has run for long enough.
    private static bool CanMeasure(ulong span) => s_isCounting && CoreBlock.Current == BootCore.Block
        && Instructions.ReadTimestamp() - s_startTsc >= span && LocalApic.Countdown != 0;

    private static void FindRate(void* nothing)
    {
        // Measuring this may use the timer.
        ulong span = Tsc.Frequency / SpansPerSecond;
        bool isCounting = s_isCounting && CoreBlock.Current == BootCore.Block && LocalApic.Countdown > uint.MaxValue / 2;
        if (!isCounting && !CanMeasure(span))
        {
            // It has run out since the boot, or this is not the core that started it.
            MeasureAnew(span);
            return;
        }
        s_rate = Measure(s_startCount, s_startTsc, s_startError, span);
    }

    private static void MeasureAnew(ulong span)
    {
        ulong start = Instructions.ReadTimestamp();
        LocalApic.StartCountdown(uint.MaxValue, vector: 0);
        s_rate = Measure(uint.MaxValue, start, Instructions.ReadTimestamp() - start, span);
    }

    // Rather too low than too high: a timer may fire early, not late.
    private static ulong Measure(uint startCount, ulong start, ulong startError, ulong span)
    {
        uint left;
        ulong before;
        ulong now;
        do
        {
            before = Instructions.ReadTimestamp();
            left = LocalApic.Countdown;
            now = Instructions.ReadTimestamp();
        }
        while (now - start < span || (now - before + startError) * Exactness > now - start);
        return ((ulong)(startCount - left) << RateShift) / (now - start);
    }
}
