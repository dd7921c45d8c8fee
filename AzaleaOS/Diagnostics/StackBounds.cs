namespace AzaleaOS.Diagnostics;

/// <summary>A mapped stack, from its lowest byte to the one above its highest. Both 0: no stack.</summary>
internal readonly struct StackBounds(ulong low, ulong high)
{
    /// <summary>The lowest byte.</summary>
    internal readonly ulong Low = low;

    /// <summary>The first byte above.</summary>
    internal readonly ulong High = high;

    /// <summary>Whether eight aligned bytes at an address lie inside.</summary>
    internal bool HoldsWord(ulong address) => (address & 7) == 0 && address >= Low && address < High && High - address >= 8;
}
