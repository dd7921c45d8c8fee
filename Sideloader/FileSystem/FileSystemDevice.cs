using System.Runtime.InteropServices;
using System.Text;
using AzaleaOS.Abi.Virtio;
using AzaleaOS.Sideloader.Devices;
using AzaleaOS.Sideloader.Native;

namespace AzaleaOS.Sideloader.FileSystem;

/// <summary>A virtio file system device: a directory of the host for any guest that has the driver, as Linux does.</summary>
/// <remarks>
/// The guest sees what this process may see below the directory, and changes what it may change, unless read-only. The guest's
/// kernel checks its own users' permissions. Source: VIRTIO 1.2, 5.11; Linux, include/uapi/linux/fuse.h, version 7.38.
/// </remarks>
public sealed class FileSystemDevice : IVirtioDevice, IDisposable
{
    private readonly FileTree _tree;
    private readonly byte[] _configuration = new byte[VirtioFileSystemConfiguration.Bytes];

    /// <summary>A device for a directory.</summary>
    /// <param name="root">The directory's path.</param>
    /// <param name="tag">The name to mount it by: 1 to 36 bytes of UTF-8.</param>
    /// <param name="requestQueues">How many queues take requests, next to the one of high priority.</param>
    /// <param name="readOnly">Whether the guest may change nothing.</param>
    /// <exception cref="LinuxException">There is no such directory.</exception>
    public FileSystemDevice(string root, string tag, int requestQueues, bool readOnly)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(requestQueues, 1);
        int length = Encoding.UTF8.GetByteCount(tag);
        if (length is 0 or > VirtioFileSystemConfiguration.TagBytes)
            throw new ArgumentException($"the tag '{tag}' has {length} bytes, not 1 to {VirtioFileSystemConfiguration.TagBytes}");

        // The guest has applied the mask of its own process; this one's would take more away.
        _ = Libc.SetCreationMask(0);
        _tree = new FileTree(root, readOnly);
        QueueCount = 1 + requestQueues;
        Encoding.UTF8.GetBytes(tag, _configuration);
        MemoryMarshal.Write(_configuration.AsSpan(VirtioFileSystemConfiguration.TagBytes), (uint)requestQueues);
    }

    /// <inheritdoc/>
    public VirtioFeatures Features => VirtioFeatures.None;

    /// <inheritdoc/>
    public int QueueCount { get; }

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Configuration => _configuration;

    /// <inheritdoc/>
    public IRequestHandler CreateHandler(int queue) => new FuseHandler(_tree);

    /// <inheritdoc/>
    public void Dispose() => _tree.Dispose();
}
