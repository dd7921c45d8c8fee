using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.Offload;

/// <summary>An open file of the application, under one number or several, as Linux's struct file. Used again and again.</summary>
internal sealed class OpenFile(OpenFileTable table)
{
    /// <summary>The part of a file that is asked about at a time, and how many reads believe the answer. Bytes.</summary>
    private const long Window = 256 << 10;
    private const int Reads = 256;

    private int _holders;

    /// <summary>Which window was in memory, in the high half, and how many reads still believe it. One word: several queues use it.</summary>
    private long _trusted;

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

    /// <summary>The tree that it is in, a number of <see cref="MountTable"/>.</summary>
    internal int Tree { get; set; }

    /// <summary>O_PATH.</summary>
    internal bool IsPath { get; set; }

    internal bool IsRegular { get; set; }

    /// <summary>Whether it is the application's root; null if nobody has looked.</summary>
    internal bool? IsRoot { get; set; }

    /// <summary>Past the host's memory: O_DIRECT, O_SYNC, O_DSYNC.</summary>
    internal bool IsDirect { get; set; }

    /// <summary>Where what is written is kept as well; null for all but standard error.</summary>
    internal ErrorsTail? Tail { get; set; }

    /// <summary>Takes over a descriptor, for one holder.</summary>
    internal void Start(int descriptor, bool waits, bool nonBlocking, bool shared)
    {
        (Descriptor, Waits, NonBlocking, Shared) = (descriptor, waits, nonBlocking, shared);
        (Tree, IsPath, IsRegular, IsRoot, IsDirect, Tail, _trusted) = (0, false, false, null, false, null, 0);
        Volatile.Write(ref _holders, 1);
    }

    /// <summary>Whether a short read finds all its pages in memory, most likely. They may have gone meanwhile.</summary>
    internal bool IsCached(long offset, long length)
    {
        long window = offset / Window;
        if (length > Window || (offset + length - 1) / Window != window || window >= int.MaxValue)
            return false;

        long trusted = Volatile.Read(ref _trusted);
        if (trusted >>> 32 == window + 1 && (int)trusted > 0)
        {
            Volatile.Write(ref _trusted, trusted - 1);
            return true;
        }

        bool cached = PageCache.Holds(Descriptor, window * Window, Window);
        Volatile.Write(ref _trusted, cached ? ((window + 1) << 32) | Reads : 0);
        return cached;
    }

    internal void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Holds it unless nobody else does any more.</summary>
    internal bool TryHold()
    {
        for (int holders = Volatile.Read(ref _holders); holders != 0;)
        {
            int found = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (found == holders)
                return true;
            holders = found;
        }

        return false;
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref _holders) != 0)
            return;

        // Errors of a delayed write are told by fsync; the descriptor is closed in any case.
        _ = Libc.Close(Descriptor);
        table.Reuse(this);
    }
}
