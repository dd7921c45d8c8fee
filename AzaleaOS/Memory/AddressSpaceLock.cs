using System.Threading;
using AzaleaOS.Cpu;

namespace AzaleaOS.Memory;

/// <summary>Guards an address space: its areas, and the application's half of the page tables.</summary>
/// <remarks>
/// A lock that spins, because page faults wait for it: on interrupt stacks, in leaf system calls, with interrupts
/// off. Its holder never sleeps and never touches the application's memory, but it may wait until all cores have
/// dropped translations; so those that wait for the lock answer such requests meanwhile.
/// </remarks>
internal struct AddressSpaceLock
{
    private int _held;

    /// <summary>Waits until the lock is free and takes it (acquire).</summary>
    internal void Enter()
    {
        if (Interlocked.Exchange(ref _held, 1) != 0)
        {
            Wait();
        }
    }

    /// <summary>Gives the lock back (release).</summary>
    internal void Exit() => Volatile.Write(ref _held, 0);

    private void Wait()
    {
        do
        {
            while (Volatile.Read(ref _held) != 0)
            {
                Shootdown.Poll();
                Instructions.Pause();
            }
        }
        while (Interlocked.Exchange(ref _held, 1) != 0);
    }
}
