namespace AzaleaOS.Abi;

/// <summary>The checksum of a <see cref="HandOffBlock"/>: 64-bit FNV-1a over its 32-bit words and the bytes left over.</summary>
/// <remarks>It finds a block that is half written, moved or overwritten; it is no protection against malice.</remarks>
public static class HandOffChecksum
{
    private const ulong OffsetBasis = 0xcbf2_9ce4_8422_2325;
    private const ulong Prime = 0x0000_0100_0000_01b3;
    private const int FieldOffset = 16;

    /// <summary>Computes the checksum of a block of at least a header's length, its own field taken as 0.</summary>
    public static ulong Compute(ReadOnlySpan<byte> block)
    {
        ulong hash = OffsetBasis;
        int at = 0;
        for (; at + 4 <= block.Length; at += 4)
        {
            uint word = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(block[at..]);
            hash = (hash ^ (at is FieldOffset or FieldOffset + 4 ? 0 : word)) * Prime;
        }

        for (; at < block.Length; at++)
        {
            hash = (hash ^ block[at]) * Prime;
        }

        return hash;
    }
}
