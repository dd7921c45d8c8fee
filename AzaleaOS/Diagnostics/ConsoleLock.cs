using System.Threading;

namespace AzaleaOS.Diagnostics;

/// <summary>Keeps the lines of several cores apart.</summary>
/// <remarks>
/// Held with interrupts off, so that an interrupt handler of the holder cannot wait for it. A panic
/// breaks it for good: by then every other core has been stopped, perhaps while it held the lock.
/// </remarks>
internal static class ConsoleLock
{
    private static int s_held;
    private static bool s_broken;

    /// <summary>Waits until no other core writes.</summary>
    /// <returns>Whether interrupts were on; give it back to <see cref="Exit"/>.</returns>
    internal static bool Enter()
    {
        bool interrupts = InterruptFlag.Clear();
        while (Interlocked.Exchange(ref s_held, 1) != 0)
        {
            if (Volatile.Read(ref s_broken)) break;
            InterruptFlag.Pause();
        }
        return interrupts;
    }

    /// <summary>Lets the next core write.</summary>
    internal static void Exit(bool interrupts)
    {
        Volatile.Write(ref s_held, 0);
        InterruptFlag.Restore(interrupts);
    }

    /// <summary>From now on nobody waits. For the core that panics, when it is the only one left.</summary>
    internal static void Break() => Volatile.Write(ref s_broken, true);
}
