using AzaleaOS.Cpu;
using AzaleaOS.Diagnostics;

namespace AzaleaOS.Threads;

/// <summary>What the scheduler knows of one core. Lies in a page of that core's memory.</summary>
/// <remarks>
/// Written by the owning core alone, in kernel context, except: <see cref="Assigned"/> (any core, interlocked),
/// <see cref="StealFor"/> (any core, by compare-and-exchange from 0), and the timers (any core, under their lock).
/// </remarks>
internal unsafe struct CoreScheduler
{
    /// <summary>The core.</summary>
    internal CoreBlock* Core;

    /// <summary>What runs when nothing else wants to.</summary>
    internal Thread* Idle;

    /// <summary>Who is ready.</summary>
    internal RunQueue Queue;

    /// <summary>A thread that has ended and whose stack was in use until the last switch; null for none.</summary>
    internal Thread* Dead;

    /// <summary>The counter at which the timer of this core fires; <see cref="ulong.MaxValue"/> if it does not.</summary>
    internal ulong Armed;

    /// <summary>The counter at which the running thread has had its time, if others wait.</summary>
    internal ulong SliceEnd;

    /// <summary>A thread that leaves for another core once its registers are saved; null for none.</summary>
    internal Thread* Leaving;

    /// <summary>Where to.</summary>
    internal CoreBlock* LeavingTo;

    /// <summary>The timer whose Fire runs now.</summary>
    internal KernelTimer* Firing;

    /// <summary>That timer was started again by its Fire.</summary>
    internal bool IsRestarted;

    /// <summary>This core is counted among those with more threads than they can run.</summary>
    internal bool IsOverloaded;

    /// <summary>Where the search for a sleeping core goes on.</summary>
    internal int NextProbe;

    /// <summary>Timers started here.</summary>
    internal TimerHeap Timers;

    /// <summary>Guards <see cref="Timers"/>, <see cref="Firing"/> and <see cref="IsRestarted"/>.</summary>
    internal SpinLock TimerLock;

    /// <summary>How long threads of the application have run here, in counter ticks, up to the last switch.</summary>
    internal ulong ApplicationTicks;

    /// <summary>Threads that belong to this core, whatever they do.</summary>
    internal int Assigned;

    /// <summary>One more than the index of a core that has nothing to do and asks for a thread; 0 for none.</summary>
    internal int StealFor;

    /// <summary>This core's.</summary>
    internal static CoreScheduler* Current => (CoreScheduler*)CoreBlock.Current->Scheduler;

    /// <summary>Makes sure that the timer of this core, which is the running one, fires by then.</summary>
    /// <param name="counter">A value of the time-stamp counter.</param>
    internal void ArmNoLaterThan(ulong counter)
    {
        if (counter >= Armed) return;
        Armed = counter;
        OneShotTimer.Arm(counter);
    }

    /// <summary>Makes sure that the timer fires when the running thread's slice ends, or earlier, and is then asked for again.</summary>
    internal void ArmForSlice()
    {
        if (SliceEnd >= Armed) return;
        Armed = SliceEnd;
        OneShotTimer.ArmNearly(SliceEnd);
    }
}
