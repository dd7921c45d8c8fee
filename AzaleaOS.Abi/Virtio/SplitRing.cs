namespace AzaleaOS.Abi.Virtio;

/// <summary>Where the fields of a split virtqueue lie: descriptor table, available ring, used ring.</summary>
/// <remarks>
/// Indices run from 0 to 65535 and wrap; the entry of index i is at i modulo the queue's size, a power of two.
/// The driver writes the descriptor table and the available ring, the device the used ring. An entry is
/// written before the index that publishes it. Source: VIRTIO 1.2, 2.7.
/// </remarks>
public static class SplitRing
{
    /// <summary>Most entries of a queue.</summary>
    public const int MaxSize = 32768;

    /// <summary>The descriptor table starts at a multiple of this.</summary>
    public const int TableAlignment = 16;

    /// <summary>The available ring starts at a multiple of this.</summary>
    public const int AvailableAlignment = 2;

    /// <summary>The used ring starts at a multiple of this.</summary>
    public const int UsedAlignment = 4;

    /// <summary>Offset of the flags in both rings: <see cref="VirtqRingFlags"/>.</summary>
    public const int FlagsOffset = 0;

    /// <summary>Offset of the index in both rings: that of the next entry to be written.</summary>
    public const int IndexOffset = 2;

    /// <summary>Offset of the entries in both rings: 2 bytes each in the available ring, <see cref="VirtqUsedElement"/> in the used one.</summary>
    public const int EntriesOffset = 4;

    /// <summary>Whether a queue may have this many entries.</summary>
    public static bool IsSize(uint size) => size is > 0 and <= MaxSize && (size & (size - 1)) == 0;

    /// <summary>Bytes of the descriptor table.</summary>
    public static int TableBytes(int size) => size * VirtqDescriptor.Bytes;

    /// <summary>Offset of used_event in the available ring: the driver wants to hear of the used entry with this index.</summary>
    public static int UsedEventOffset(int size) => EntriesOffset + size * sizeof(ushort);

    /// <summary>Bytes of the available ring, used_event included.</summary>
    public static int AvailableBytes(int size) => UsedEventOffset(size) + sizeof(ushort);

    /// <summary>Offset of avail_event in the used ring: the device wants to hear of the available entry with this index.</summary>
    public static int AvailableEventOffset(int size) => EntriesOffset + size * VirtqUsedElement.Bytes;

    /// <summary>Bytes of the used ring, avail_event included.</summary>
    public static int UsedBytes(int size) => AvailableEventOffset(size) + sizeof(ushort);

    /// <summary>Whether a notification is due: whether the index moved past the one the other side asked for.</summary>
    /// <param name="wanted">used_event or avail_event as the other side wrote it.</param>
    /// <param name="next">The index now.</param>
    /// <param name="last">The index when this was asked before.</param>
    /// <remarks>Source: VIRTIO 1.2, 2.7.7.1 and 2.7.10.</remarks>
    public static bool NeedsEvent(ushort wanted, ushort next, ushort last) => (ushort)(next - wanted - 1) < (ushort)(next - last);
}
