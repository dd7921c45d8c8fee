namespace AzaleaOS.Build.Linking;

/// <summary>One segment of a packed kernel.</summary>
/// <param name="Destination">Physical address where the segment belongs.</param>
/// <param name="Compressed">Its bytes as one LZ4 block.</param>
internal sealed record PackedBlock(uint Destination, byte[] Compressed);
