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

    // Countdown ticks per TSC tick, in units of 2^-32; 0 until measured. Written by the boot core.
    private static ulong s_rate;
    private static ulong s_startTsc;

    /// <summary>Starts the countdown by which the rate will be measured, on the boot core.</summary>
    internal static void Start()
    {
        if (CpuFeatures.HasTscDeadline) return;
        s_startTsc = Instructions.ReadTimestamp();
        LocalApic.StartCountdown(uint.MaxValue, interrupt: false);
    }

    /// <summary>Lets the timer of this core fire when the TSC reaches a value; at once if that is past.</summary>
    internal static void Arm(ulong deadline)
    {
        if (CpuFeatures.HasTscDeadline)
        {
            LocalApic.UseDeadline();
            Instructions.WriteMsr(Msr.TscDeadline, deadline == 0 ? 1 : deadline);
            return;
        }
        if (s_rate == 0) ColdCall.Invoke(&FindRate, null);
        ulong rate = s_rate;
        ulong now = Instructions.ReadTimestamp();
        LocalApic.StartCountdown(ToCount(deadline > now ? deadline - now : 0, rate), interrupt: true);
    }

    /// <summary>Lets the timer of this core fire in some microseconds, whatever it was armed for. For interrupt handlers, and before anything was measured.</summary>
    /// <param name="times">How many times as long.</param>
    /// <param name="more">A little longer: this many of the least steps.</param>
    internal static void ArmShortly(uint times = 1, uint more = 0)
    {
        uint ticks = (10_000 * times) + (20 * more);
        uint counts = (500 * times) + more;
        if (!CpuFeatures.HasTscDeadline)
        {
            LocalApic.StartCountdown(counts, interrupt: true);
            return;
        }
        LocalApic.UseDeadline();
        Instructions.WriteMsr(Msr.TscDeadline, Instructions.ReadTimestamp() + ticks);
    }

    /// <summary>The timer of this core will not fire.</summary>
    internal static void Disarm()
    {
        if (CpuFeatures.HasTscDeadline) Instructions.WriteMsr(Msr.TscDeadline, 0);
        else LocalApic.StopCountdown();
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

    private static void FindRate(void* nothing)
    {
        ulong start = s_startTsc;
        if (LocalApic.Countdown == 0)
        {
            // It has run out since the boot, or this is not the core that started it.
            start = Instructions.ReadTimestamp();
            LocalApic.StartCountdown(uint.MaxValue, interrupt: false);
        }
        ulong millisecond = Tsc.Frequency / 1000;
        uint left;
        ulong now;
        do
        {
            left = LocalApic.Countdown;
            now = Instructions.ReadTimestamp();
        }
        while (now - start < millisecond);
        s_rate = ((ulong)(uint.MaxValue - left) << RateShift) / (now - start);
    }
}
