using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Tests.Promises;

/// <summary>Time.</summary>
internal static unsafe class Clocks
{
    private const ulong Patience = 10;

    /// <summary>The timer fires once, not before its time.</summary>
    internal static bool TimerFires()
    {
        ulong start = Instructions.ReadTimestamp();
        ulong deadline = start + (Tsc.Frequency / 100);
        OneShotTimer.Arm(deadline);
        if (!WaitForInterrupt(1)) return false;
        ulong passed = Instructions.ReadTimestamp() - start;
        Log.Line($"timer: asked for 10000 us, fired after {passed / (Tsc.Frequency / 1_000_000)} us");
        bool early = Instructions.ReadTimestamp() + (Tsc.Frequency / 10_000) < deadline;

        // Once only: another 10 ms bring nothing.
        ulong end = Instructions.ReadTimestamp() + (Tsc.Frequency / 100);
        while (Instructions.ReadTimestamp() < end) Instructions.Pause();
        return !early && CoreBlock.Current->TimerInterrupts == 1;
    }

    internal static bool PastDeadlineFiresAtOnce()
    {
        OneShotTimer.Arm(0);
        return WaitForInterrupt(1);
    }

    /// <summary>The frequency is plausible, and asking again gives the same.</summary>
    internal static bool Frequency()
    {
        ulong frequency = Tsc.Frequency;
        Log.Line($"tsc: {frequency} Hz");
        return frequency is > 100_000_000 and < 10_000_000_000 && Tsc.Frequency == frequency;
    }

    private static bool WaitForInterrupt(ulong number)
    {
        ulong end = Instructions.ReadTimestamp() + (Patience * Tsc.Frequency);
        CoreBlock* core = CoreBlock.Current;
        while (System.Threading.Volatile.Read(ref core->TimerInterrupts) < number)
        {
            if (Instructions.ReadTimestamp() > end) return false;
            Instructions.Pause();
        }
        return true;
    }
}
