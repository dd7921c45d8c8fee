using System.Threading;
using AzaleaOS.Cpu;

namespace AzaleaOS.Threads;

/// <summary>On which core a thread runs: one for each thread as long as there are enough.</summary>
internal static unsafe class Placement
{
    private const long PatienceSeconds = 20;

    private static int s_rotor;
    private static bool s_hasWaited;

    /// <summary>The core for a thread that is about to be made: of those it may run on, the one with the fewest threads.</summary>
    internal static CoreBlock* Choose(in CoreSet affinity)
    {
        int count = Cores.Count;
        int start = Interlocked.Increment(ref s_rotor);
        CoreBlock* best = null;
        int fewest = int.MaxValue;
        for (int i = 0; i < count && fewest > 0; i++)
        {
            int index = (int)((uint)(start + i) % (uint)count);
            CoreBlock* core = Cores.Block(index);
            if (core == null || core->Scheduler == null || !affinity.Contains(index)) continue;
            int assigned = Volatile.Read(ref ((CoreScheduler*)core->Scheduler)->Assigned);
            if (assigned < fewest)
            {
                fewest = assigned;
                best = core;
            }
        }
        return best == null ? CoreBlock.Current : best;
    }

    /// <summary>Moves the running thread to a core that its affinity allows, if it is on another.</summary>
    internal static void Obey(Thread* self)
    {
        Interlocked.And(ref self->Work, ~ThreadWork.Migrate);
        if (self->Affinity.Contains(self->Core->Index)) return;
        CoreBlock* target = Choose(self->Affinity);
        if (target != self->Core) Scheduler.MoveTo(target);
    }

    /// <summary>The cores that schedule. Waits until those that are still starting have come up.</summary>
    internal static CoreSet Usable
    {
        get
        {
            WaitForCores();
            CoreSet set = default;
            for (int i = 0; i < Cores.Count && i < CoreSet.Capacity; i++)
            {
                if (IsUp(i)) set.Add(i);
            }
            return set;
        }
    }

    /// <summary>Waits until all cores have come up; once, and not for ever.</summary>
    internal static void WaitForCores()
    {
        if (s_hasWaited) return;
        Scheduler.Prepare();
        long end = Clock.Monotonic() + (PatienceSeconds * Clock.Second);
        int up = 0;
        while (up < Cores.Count && (IsUp(up) || Clock.Monotonic() < end))
        {
            if (IsUp(up)) up++;
            else Clock.Relax();
        }
        s_hasWaited = true;
    }

    /// <summary>Whether a core schedules.</summary>
    internal static bool IsUp(int index)
    {
        CoreBlock* core = Cores.Block(index);
        return core != null && Volatile.Read(ref *(nint*)&core->Scheduler) != 0;
    }
}
