using AzaleaOS.Abi.Virtio;

namespace AzaleaOS.Sideloader.Devices;

/// <summary>A device without its transport: what it can do, and who answers the requests of its queues.</summary>
public interface IVirtioDevice
{
    /// <summary>Features of this kind of device. Those of rings and transport are the transport's own.</summary>
    public VirtioFeatures Features { get; }

    /// <summary>How many queues it has.</summary>
    public int QueueCount { get; }

    /// <summary>The device's configuration space, little-endian.</summary>
    public ReadOnlySpan<byte> Configuration { get; }

    /// <summary>Makes what answers the requests of one queue, as long as the queue runs.</summary>
    /// <param name="queue">From 0 up to below <see cref="QueueCount"/>.</param>
    public IRequestHandler CreateHandler(int queue);
}
