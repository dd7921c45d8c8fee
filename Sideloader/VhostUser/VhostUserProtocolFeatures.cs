namespace AzaleaOS.Sideloader.VhostUser;

/// <summary>VHOST_USER_PROTOCOL_F_ constants that this back end has.</summary>
/// <remarks>Source: QEMU, docs/interop/vhost-user.rst, protocol features.</remarks>
[Flags]
internal enum VhostUserProtocolFeatures : ulong
{
    None = 0,

    /// <summary>MQ: the back end says how many queues it has.</summary>
    MultipleQueues = 1UL << 0,

    /// <summary>REPLY_ACK: the front end may ask whether a request succeeded.</summary>
    ReplyAcknowledge = 1UL << 3,

    /// <summary>CONFIG: the back end has the configuration space.</summary>
    Configuration = 1UL << 9,

    /// <summary>CONFIGURE_MEM_SLOTS: memory comes and goes region by region.</summary>
    MemorySlots = 1UL << 15,
}
