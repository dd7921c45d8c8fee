namespace AzaleaOS.Memory;

/// <summary>Where the kernel's own objects get whole pages from.</summary>
/// <remarks>Set once at boot to the frame allocator, and by tests to the host's heap.</remarks>
internal static unsafe class KernelPages
{
    /// <summary>Bytes of a page.</summary>
    internal const int Size = 4096;

    /// <summary>Takes one page, filled with zeros; null when there is none.</summary>
    internal static delegate*<void*> Take;

    /// <summary>Takes one page with whatever is in it; null when there is none.</summary>
    internal static delegate*<void*> TakeAny;

    /// <summary>Gives a page back that was taken whole.</summary>
    internal static delegate*<void*, void> Give;
}
