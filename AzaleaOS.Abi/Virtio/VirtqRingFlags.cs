namespace AzaleaOS.Abi.Virtio;

/// <summary>What one side asks of the other in the first field of the available and the used ring.</summary>
/// <remarks>Without <see cref="VirtioFeatures.EventIndex"/> only. Source: VIRTIO 1.2, 2.7.6 and 2.7.8.</remarks>
[Flags]
public enum VirtqRingFlags : ushort
{
    /// <summary>Notify as usual.</summary>
    None = 0,

    /// <summary>VIRTQ_AVAIL_F_NO_INTERRUPT by the driver, VIRTQ_USED_F_NO_NOTIFY by the device: no notification is needed.</summary>
    NoNotification = 1,
}
