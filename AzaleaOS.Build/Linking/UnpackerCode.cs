namespace AzaleaOS.Build.Linking;

/// <summary>What <see cref="Unpacker"/> wrote.</summary>
/// <param name="Bytes">The code.</param>
/// <param name="Multiboot2">Physical address of the entry for multiboot2 loaders.</param>
/// <param name="Pvh">Physical address of the entry for PVH loaders.</param>
internal sealed record UnpackerCode(byte[] Bytes, uint Multiboot2, uint Pvh);
