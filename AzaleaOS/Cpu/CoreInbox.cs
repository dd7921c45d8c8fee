using System.Runtime.InteropServices;
using System.Threading;

namespace AzaleaOS.Cpu;

/// <summary>Where other cores leave threads that are ready, and one function to call when there is nothing else to do.</summary>
/// <remarks>
/// Written by: any core while it owns the slot (Empty to Claimed by compare-and-exchange, then
/// function and argument, then Full with release); the owner takes it (Full, acquire, to Empty).
/// The threads form a list, newest first, to which any core pushes by compare-and-exchange (release) and
/// which the owner takes as a whole with one exchange (acquire); whoever finds it empty interrupts the owner.
/// The owner also announces here that it sleeps, before it looks at the slot a last time: store,
/// full fence, load; the sender stores Full, full fence, loads <see cref="_sleep"/>. One of the two
/// sees the other. A line of its own: it is what a sleeping core monitors.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = CacheLine.Size)]
internal unsafe struct CoreInbox
{
    private const int Empty = 0;
    private const int Claimed = 1;
    private const int Full = 2;

    private const int Awake = 0;
    private const int Asleep = 1;

    [FieldOffset(0)] private int _slot;
    [FieldOffset(4)] private int _sleep;
    [FieldOffset(8)] private delegate*<void*, void> _function;
    [FieldOffset(16)] private void* _argument;
    [FieldOffset(24)] private nint _items;

    /// <summary>Whether the owner sleeps, as far as can be known from outside.</summary>
    internal bool IsOwnerAsleep => Volatile.Read(ref _sleep) == Asleep;

    /// <summary>Leaves an item, whose first word becomes the link.</summary>
    /// <returns>Whether there was none: then the owner must be interrupted.</returns>
    internal bool Push(void* item)
    {
        while (true)
        {
            nint first = Volatile.Read(ref _items);
            *(nint*)item = first;
            if (Interlocked.CompareExchange(ref _items, (nint)item, first) == first) return first == 0;
        }
    }

    /// <summary>Takes all items, the newest first; null if there are none. For the owner.</summary>
    internal void* TakeAll() => Volatile.Read(ref _items) == 0 ? null : (void*)Interlocked.Exchange(ref _items, 0);

    /// <summary>Leaves a function.</summary>
    /// <param name="function">What to call.</param>
    /// <param name="argument">What to call it with.</param>
    /// <param name="needsInterrupt">
    /// Whether the owner sleeps. Not even with a monitor is the store enough: some processors lose such
    /// wake-ups (Linux's X86_BUG_MONITOR), and so does Bochs 2.7.
    /// </param>
    /// <returns>False if the owner has not taken the previous function yet.</returns>
    internal bool TryPut(delegate*<void*, void> function, void* argument, out bool needsInterrupt)
    {
        needsInterrupt = false;
        if (Interlocked.CompareExchange(ref _slot, Claimed, Empty) != Empty) return false;
        _function = function;
        _argument = argument;
        Interlocked.Exchange(ref _slot, Full);
        needsInterrupt = Volatile.Read(ref _sleep) == Asleep;
        return true;
    }

    /// <summary>Takes the function, if there is one. For the owner.</summary>
    internal bool TryTake(out delegate*<void*, void> function, out void* argument)
    {
        if (Volatile.Read(ref _slot) != Full)
        {
            function = null;
            argument = null;
            return false;
        }
        function = _function;
        argument = _argument;
        Volatile.Write(ref _slot, Empty);
        return true;
    }

    /// <summary>Sleeps until something comes. For the owner, with interrupts off; they are on afterwards.</summary>
    internal void Wait(bool monitor)
    {
        Interlocked.Exchange(ref _sleep, Asleep);
        int seen = Volatile.Read(ref _slot);
        if (seen != Full && Volatile.Read(ref _items) == 0)
        {
            if (monitor)
            {
                fixed (int* slot = &_slot) Instructions.MonitorWait(slot, seen);
            }
            else
            {
                Instructions.EnableInterruptsAndHalt();
            }
        }
        Instructions.EnableInterrupts();
        Volatile.Write(ref _sleep, Awake);
    }
}
