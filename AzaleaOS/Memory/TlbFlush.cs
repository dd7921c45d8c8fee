using AzaleaOS.Abi;

namespace AzaleaOS.Memory;

/// <summary>Which translations must be dropped, on every core that may hold them, before frames are used for something else.</summary>
internal struct TlbFlush
{
    /// <summary>More pages than this are dropped all at once: reloading CR3 is cheaper then.</summary>
    internal const int MaxPages = 32;

    private ulong _count;

    /// <summary>The first address.</summary>
    internal ulong Start { get; private set; }

    /// <summary>The address after the last.</summary>
    internal ulong End { get; private set; }

    /// <summary>Whether there is nothing to do.</summary>
    internal readonly bool IsEmpty => _count == 0;

    /// <summary>Whether to drop everything.</summary>
    internal readonly bool All => _count > MaxPages;

    /// <summary>Adds a page of some size. One address in it is enough to drop it.</summary>
    internal void Add(ulong address, ulong size)
    {
        // What lies between two pieces is dropped too, so it counts.
        ulong start = _count == 0 ? address : Math.Min(Start, address);
        ulong end = _count == 0 ? address + size : Math.Max(End, address + size);
        Start = start;
        End = end;
        _count = (end - start) >> PageSize.Shift4K;
    }
}
