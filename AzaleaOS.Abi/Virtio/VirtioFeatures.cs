namespace AzaleaOS.Abi.Virtio;

/// <summary>Feature bits that belong to no single kind of device.</summary>
/// <remarks>Source: VIRTIO 1.2, 6; for bit 30 the vhost-user protocol, which keeps it between the two processes.</remarks>
[Flags]
public enum VirtioFeatures : ulong
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>VIRTIO_F_INDIRECT_DESC: chains may go on in a table elsewhere.</summary>
    IndirectDescriptors = 1UL << 28,

    /// <summary>VIRTIO_F_EVENT_IDX: each side says at which index it wants the next notification.</summary>
    EventIndex = 1UL << 29,

    /// <summary>VHOST_USER_F_PROTOCOL_FEATURES: the back end has features of the protocol, apart from those of the device.</summary>
    VhostUserProtocol = 1UL << 30,

    /// <summary>VIRTIO_F_VERSION_1: not a legacy device.</summary>
    Version1 = 1UL << 32,
}
