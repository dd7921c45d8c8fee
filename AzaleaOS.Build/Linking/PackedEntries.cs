namespace AzaleaOS.Build.Linking;

/// <summary>The places in a kernel that the code which unpacks it must know, as physical addresses.</summary>
/// <param name="Multiboot2">Entry for multiboot2 loaders.</param>
/// <param name="Pvh">Entry for PVH loaders.</param>
/// <param name="Timestamp">Eight bytes for the time-stamp counter at the first instruction.</param>
/// <param name="Program">Eight bytes for the address and length of the program that is linked into the image.</param>
internal readonly record struct PackedEntries(uint Multiboot2, uint Pvh, uint Timestamp, uint Program);
