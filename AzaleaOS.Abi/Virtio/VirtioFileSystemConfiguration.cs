using System.Runtime.InteropServices;

namespace AzaleaOS.Abi.Virtio;

/// <summary>struct virtio_fs_config: what a file system device says of itself.</summary>
/// <remarks>Nobody writes it while the device runs. Source: VIRTIO 1.2, 5.11.4.</remarks>
[StructLayout(LayoutKind.Explicit, Size = Bytes)]
public unsafe struct VirtioFileSystemConfiguration
{
    /// <summary>Bytes of the configuration without the field of VIRTIO_FS_F_NOTIFICATION.</summary>
    public const int Bytes = 40;

    /// <summary>The device's number among virtio devices.</summary>
    public const int DeviceId = 26;

    /// <summary>Bytes of the tag.</summary>
    public const int TagBytes = 36;

    /// <summary>The name to mount by, UTF-8; the rest is zero, no zero is needed at the end.</summary>
    [FieldOffset(0)] public fixed byte Tag[TagBytes];

    /// <summary>How many queues take requests. Queue 0 comes before them: the one of high priority.</summary>
    [FieldOffset(36)] public uint RequestQueues;
}
