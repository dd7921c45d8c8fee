using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>An open file of the application, under one number or several, as Linux's struct file. Used again and again.</summary>
internal sealed class OpenFile(OpenFileTable table)
{
    private int _holders;

    internal int Descriptor { get; private set; }

    /// <summary>
    /// Whether reading and writing may wait for somebody else: a pipe or a terminal. Its descriptor is non-blocking whatever the
    /// application wants, since nobody waits on a queue's thread.
    /// </summary>
    internal bool Waits { get; private set; }

    /// <summary>Others outside use the same open file: its flags stay as they are, and each transfer asks poll first.</summary>
    internal bool Shared { get; private set; }

    /// <summary>What the application thinks of O_NONBLOCK.</summary>
    internal bool NonBlocking { get; set; }

    /// <summary>Takes over a descriptor, for one holder.</summary>
    internal void Start(int descriptor, bool waits, bool nonBlocking, bool shared)
    {
        (Descriptor, Waits, NonBlocking, Shared) = (descriptor, waits, nonBlocking, shared);
        Volatile.Write(ref _holders, 1);
    }

    internal void Hold() => Interlocked.Increment(ref _holders);

    internal void Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return;

        // Errors of a delayed write are told by fsync; the descriptor is closed in any case.
        _ = Libc.Close(Descriptor);
        table.Reuse(this);
    }
}
