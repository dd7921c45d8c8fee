namespace AzaleaOS.Sideloader.VhostUser;

/// <summary>How a device is served.</summary>
public sealed record VhostUserOptions
{
    /// <summary>Whether a driver is held to rules of VIRTIO that this device does not depend on. For those who write drivers.</summary>
    public bool Strict { get; init; }

    /// <summary>How long a queue's thread looks for the next request before it sleeps. Zero where cores are few.</summary>
    public TimeSpan Spin { get; init; }

    /// <summary>Whether to offer the configuration space. QEMU keeps that of a file system device itself and warns.</summary>
    public bool OffersConfiguration { get; init; }

    /// <summary>Takes one line for everything that goes wrong. Called from several threads.</summary>
    public required Action<string> Log { get; init; }
}
