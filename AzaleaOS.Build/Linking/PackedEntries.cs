namespace AzaleaOS.Build.Linking;

/// <summary>The places in a kernel that the code which unpacks it must know, as physical addresses.</summary>
/// <param name="Multiboot2">Entry for multiboot2 loaders.</param>
/// <param name="Pvh">Entry for PVH loaders.</param>
/// <param name="Timestamp">Eight bytes for the time-stamp counter at the first instruction.</param>
internal readonly record struct PackedEntries(uint Multiboot2, uint Pvh, uint Timestamp);
