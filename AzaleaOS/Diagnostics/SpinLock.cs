using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using System.Threading;

namespace AzaleaOS.Diagnostics;

/// <summary>A lock that waits by spinning. The holder has interrupts off and does not wait for anything else.</summary>
/// <remarks>Give it a cache line of its own if other fields next to it are written often.</remarks>
internal struct SpinLock
{
    private int _held;

    /// <summary>Waits until the lock is free and takes it (acquire).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Enter()
    {
        if (Interlocked.Exchange(ref _held, 1) != 0) Wait();
    }

    /// <summary>Takes the lock if it is free (acquire).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryEnter() => Interlocked.Exchange(ref _held, 1) == 0;

    /// <summary>Gives the lock back (release).</summary>
    internal void Exit() => Volatile.Write(ref _held, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wait()
    {
        do
        {
            // Read only while it is held: the line stays shared.
            while (Volatile.Read(ref _held) != 0)
            {
                if (X86Base.IsSupported)
                {
                    X86Base.Pause();
                }
            }
        }
        while (Interlocked.Exchange(ref _held, 1) != 0);
    }
}
