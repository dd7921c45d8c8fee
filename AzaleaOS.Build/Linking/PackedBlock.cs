namespace AzaleaOS.Build.Linking;

/// <summary>One segment of a packed kernel.</summary>
/// <param name="Destination">Physical address where the segment belongs.</param>
/// <param name="Compressed">Its bytes, in the notation of <see cref="BlockFormat"/>.</param>
/// <param name="CodeLength">Bytes of code whose <see cref="CodeTargets"/> were resolved: all of them, or 0 for a segment without code.</param>
internal sealed record PackedBlock(uint Destination, byte[] Compressed, uint CodeLength = 0);
